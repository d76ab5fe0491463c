"""Small Lambda worlds for the twin's own tests: a role, a repository, images, a function."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.twin.environment import ACCOUNT, REGION
from tests.twin.twin import Twin

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"
REPOSITORY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/app"


def manifest(word: str, media_type: str = MANIFEST) -> str:
    """The manifest of an image, different for each word."""
    config = {"digest": f"sha256:{hashlib.sha256(word.encode()).hexdigest()}", "size": 7}
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "config": config})


def push(twin: Twin, word: str, media_type: str = MANIFEST) -> str:
    """Push an image, tagged with the word; its digest."""
    ecr = twin.client("ecr")
    if not ecr.describe_repositories()["repositories"]:
        ecr.create_repository(repositoryName="app", imageTagMutability="IMMUTABLE")
        admit(twin, "app")
    answer = ecr.put_image(
        repositoryName="app", imageManifest=manifest(word, media_type), imageTag=word
    )
    return str(answer["image"]["imageId"]["imageDigest"])


def admit(twin: Twin, repository: str) -> None:
    """Let Lambda pull from a repository."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }
    twin.client("ecr").set_repository_policy(
        repositoryName=repository, policyText=json.dumps({"Statement": [statement]})
    )


def role(twin: Twin) -> str:
    """A role that Lambda may assume, known everywhere."""
    arn = twin.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument="{}")
    twin.clock.advance(twin.roles.delay)
    return str(arn["Role"]["Arn"])


def function(twin: Twin, digest: str) -> Any:
    """A function of that image, active; the client."""
    client = twin.client("lambda")
    client.create_function(
        FunctionName="app",
        PackageType="Image",
        Code={"ImageUri": f"{REPOSITORY}@{digest}"},
        Role=role(twin),
    )
    twin.clock.advance(10)
    return client


def update(twin: Twin, client: Any, digest: str) -> str:
    """Put another image under the function and publish it; the version."""
    client.update_function_code(FunctionName="app", ImageUri=f"{REPOSITORY}@{digest}")
    twin.clock.advance(10)
    return str(client.publish_version(FunctionName="app")["Version"])
