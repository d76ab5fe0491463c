"""What the shims mend of functions and their images; see test_canaries_functions.py."""

from __future__ import annotations

import hashlib
import json

import pytest
from botocore.exceptions import ClientError

from tests.twin.functions import REPOSITORY, function, manifest, push, update
from tests.twin.twin import Twin


def test_the_digest_is_the_manifests(twin: Twin) -> None:
    """And the push happened at the clock's time; another digest is refused."""
    digest = push(twin, "one")
    assert digest == f"sha256:{hashlib.sha256(manifest('one').encode()).hexdigest()}"
    twin.clock.advance(3600)
    push(twin, "two")
    ecr = twin.client("ecr")
    pushed = sorted(one["imagePushedAt"] for one in ecr.describe_images(repositoryName="app")[
        "imageDetails"])  # fmt: skip
    assert (pushed[1] - pushed[0]).total_seconds() == 3600
    with pytest.raises(ClientError, match="ImageDigestDoesNotMatchException"):
        ecr.put_image(
            repositoryName="app", imageManifest=manifest("three"), imageDigest="sha256:" + "0" * 64
        )


def test_each_version_of_a_function_keeps_its_image(twin: Twin) -> None:
    """Numbers are used once, and the same image again is no new version."""
    one, two = push(twin, "one"), push(twin, "two")
    client = function(twin, one)
    assert client.publish_version(FunctionName="app")["Version"] == "1"
    assert update(twin, client, two) == "2"
    first = client.get_function(FunctionName="app", Qualifier="1")
    assert first["Code"]["ImageUri"] == f"{REPOSITORY}@{one}"
    assert update(twin, client, two) == "2"
    client.delete_function(FunctionName="app", Qualifier="1")
    assert update(twin, client, one) == "3"


def test_a_function_takes_a_new_image_config(twin: Twin) -> None:
    """Entry point and command can be changed."""
    client = function(twin, push(twin, "one"))
    config = {"EntryPoint": ["python"], "Command": ["handler.main.handler"]}
    client.update_function_configuration(FunctionName="app", ImageConfig=config)
    answer = client.get_function_configuration(FunctionName="app")
    assert answer["ImageConfigResponse"]["ImageConfig"] == config


def test_a_function_moves_to_another_architecture(twin: Twin) -> None:
    """With its image, which is a change that can be published."""
    one = push(twin, "one")
    client = function(twin, one)
    client.publish_version(FunctionName="app")
    client.update_function_code(
        FunctionName="app", ImageUri=f"{REPOSITORY}@{one}", Architectures=["arm64"]
    )
    twin.clock.advance(10)
    answer = client.publish_version(FunctionName="app")
    assert (answer["Version"], answer["Architectures"]) == ("2", ["arm64"])


def test_the_permissions_of_a_url_have_conditions(twin: Twin) -> None:
    """As AWS writes them into the policy."""
    client = function(twin, push(twin, "one"))
    client.add_permission(
        FunctionName="app", StatementId="url", Principal="*",
        Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE",
    )  # fmt: skip
    client.add_permission(
        FunctionName="app", StatementId="invoke", Principal="*",
        Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True,
    )  # fmt: skip
    policy = json.loads(client.get_policy(FunctionName="app")["Policy"])
    assert [one["Condition"] for one in policy["Statement"]] == [
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    ]
