"""The canaries of functions and their images; see test_canaries.py."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.functions import REPOSITORY, manifest
from tests.twin.moto_alone import Clients


def test_the_digest_of_an_image_is_not_its_manifests(moto: Clients) -> None:
    """shims/images.py: two pushes of one manifest may even differ."""
    ecr = moto("ecr")
    digests = set()
    for name in map(str, range(8)):
        ecr.create_repository(repositoryName=f"app{name}")
        answer = ecr.put_image(repositoryName=f"app{name}", imageManifest=manifest("one"))
        digests.add(answer["image"]["imageId"]["imageDigest"])
    assert len(digests) > 1


def test_a_function_mixes_up_its_versions(moto: Clients) -> None:
    """shims/functions.py: the image of all is the latest, the same image is another version,
    and a number is given twice."""
    client = _function(moto, "one", "two")
    client.publish_version(FunctionName="app")
    client.update_function_code(FunctionName="app", ImageUri=f"{REPOSITORY}:two")
    assert client.publish_version(FunctionName="app")["Version"] == "2"
    first = client.get_function(FunctionName="app", Qualifier="1")
    assert first["Code"]["ImageUri"] == f"{REPOSITORY}:two"
    client.update_function_code(FunctionName="app", ImageUri=f"{REPOSITORY}:two")
    assert client.publish_version(FunctionName="app")["Version"] == "3"
    client.delete_function(FunctionName="app", Qualifier="1")
    client.update_function_code(FunctionName="app", ImageUri=f"{REPOSITORY}:one")
    assert client.publish_version(FunctionName="app")["Version"] == "3"


def test_a_new_image_config_is_dropped(moto: Clients) -> None:
    """shims/functions.py."""
    client = _function(moto, "one")
    client.update_function_configuration(FunctionName="app", ImageConfig={"Command": ["a.b"]})
    answer = client.get_function_configuration(FunctionName="app")
    assert answer["ImageConfigResponse"]["ImageConfig"].get("Command") != ["a.b"]


def test_another_architecture_is_dropped(moto: Clients) -> None:
    """shims/functions.py."""
    client = _function(moto, "one")
    client.update_function_code(
        FunctionName="app", ImageUri=f"{REPOSITORY}:one", Architectures=["arm64"]
    )
    answer = client.get_function_configuration(FunctionName="app")
    assert answer["Architectures"] == ["x86_64"]


def test_the_settings_of_the_account_are_unknown(moto: Clients) -> None:
    """shims/accounts.py."""
    with pytest.raises(ClientError, match="GetAccountSettings"):
        moto("lambda").get_account_settings()


def test_the_condition_of_a_function_url_is_no_condition(moto: Clients) -> None:
    """shims/function_policies.py."""
    client = _function(moto, "one")
    client.add_permission(
        FunctionName="app",
        StatementId="url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    assert '"FunctionUrlAuthType": "NONE"' in client.get_policy(FunctionName="app")["Policy"]


def _function(moto: Clients, *images: str) -> Any:
    ecr, client = moto("ecr"), moto("lambda")
    ecr.create_repository(repositoryName="app")
    for tag in images:
        ecr.put_image(
            repositoryName="app",
            imageManifest=manifest(tag),
            imageTag=tag,
            imageDigest=f"sha256:{len(tag):063x}{tag[0].encode().hex()[0]}",
        )
    role = moto("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    client.create_function(
        FunctionName="app",
        PackageType="Image",
        Code={"ImageUri": f"{REPOSITORY}:{images[0]}"},
        Role=role["Role"]["Arn"],
    )
    return client
