from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.twin.functions import INDEX, REPOSITORY, function, push, role
from tests.twin.twin import Twin


def test_an_image_index_is_refused(twin: Twin) -> None:
    """By digest and by tag, when a function is made and when it gets a new image."""
    index = push(twin, "index", INDEX)
    arn = role(twin)
    client = twin.client("lambda")
    for uri in (f"{REPOSITORY}@{index}", f"{REPOSITORY}:index"):
        with pytest.raises(ClientError, match="media type for the source image") as refused:
            client.create_function(
                FunctionName="f", PackageType="Image", Code={"ImageUri": uri}, Role=arn
            )
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_an_index_is_refused_on_update(twin: Twin) -> None:
    """The function keeps the image it has."""
    client = function(twin, push(twin, "one"))
    index = push(twin, "index", INDEX)
    with pytest.raises(ClientError, match="is not supported"):
        client.update_function_code(FunctionName="app", ImageUri=f"{REPOSITORY}@{index}")
    assert client.get_function(FunctionName="app")["Code"]["ImageUri"] != index


def test_a_repository_that_does_not_admit_lambda(twin: Twin) -> None:
    """Without a policy, or with one for other functions, neither call is let through."""
    one, two, ecr = push(twin, "one"), push(twin, "two"), twin.client("ecr")
    client = function(twin, one)
    text = json.loads(ecr.get_repository_policy(repositoryName="app")["policyText"])
    text["Statement"][0]["Condition"] = {"StringLike": {"aws:sourceArn": "arn:*:function:other"}}
    ecr.set_repository_policy(repositoryName="app", policyText=json.dumps(text))
    with pytest.raises(ClientError, match="Check the ECR permissions"):
        client.update_function_code(FunctionName="app", ImageUri=f"{REPOSITORY}@{two}")
    ecr.delete_repository_policy(repositoryName="app")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.create_function(
            FunctionName="f",
            PackageType="Image",
            Code={"ImageUri": f"{REPOSITORY}@{one}"},
            Role=client.get_function_configuration(FunctionName="app")["Role"],
        )


@pytest.mark.parametrize(
    "uri",
    [
        f"{REPOSITORY}:nowhere",
        f"{REPOSITORY}@sha256:{'0' * 64}",
        f"{REPOSITORY.replace('/app', '/nowhere')}:one",
    ],
)
def test_an_image_that_is_not_there(twin: Twin, uri: str) -> None:
    """Tag, digest or repository unknown."""
    client = function(twin, push(twin, "one"))
    with pytest.raises(ClientError, match="does not exist"):
        client.update_function_code(FunctionName="app", ImageUri=uri)


def test_an_image_of_another_region(twin: Twin) -> None:
    """Lambda reads from the registry of its own region only, and nothing that is no registry."""
    client = function(twin, push(twin, "one"))
    for uri in (f"{REPOSITORY}:one".replace("us-east-1", "eu-west-1"), "docker.io/app:one"):
        with pytest.raises(ClientError, match="is not valid"):
            client.update_function_code(FunctionName="app", ImageUri=uri)
