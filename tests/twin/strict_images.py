"""What Lambda does not take as an image: an index, what its registry does not hold, or what the
repository's policy does not let it pull."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.models import Image

from tests.twin.gate import Refusal, Request, Rule

INDEXES = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
}
URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[^@:]+)"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>[\w.-]+))"
)


PULLS = {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}


def rules() -> list[Rule]:
    return [
        Rule("lambda", "CreateFunction", _create),
        Rule("lambda", "UpdateFunctionCode", _update),
    ]


def _create(request: Request) -> None:
    _check(request, request.params.get("Code", {}).get("ImageUri"))


def _update(request: Request) -> None:
    _check(request, request.params.get("ImageUri"))


def _check(request: Request, uri: str | None) -> None:
    if uri is None:
        return
    named = URI.fullmatch(uri)
    if named is None or named["region"] != request.place.region:
        raise _refused(
            f"Source image {uri} is not valid. Provide a valid source image in this Region."
        )
    image = _find(request, named.groupdict())
    if image is None:
        raise _refused(f"Source image {uri} does not exist. Provide a valid source image.")
    if not _may_pull(request, named["repository"]):
        raise Refusal(
            "AccessDeniedException",
            "Lambda does not have permission to access the ECR image. Check the ECR permissions.",
        )
    if media_type(image) in INDEXES:
        raise _refused(
            "The image manifest, config or layer media type for the source image "
            f"{uri} is not supported."
        )


def media_type(image: Image) -> str:
    """The media type of an image's manifest; the push may name it where the manifest does not."""
    manifest = json.loads(image.image_manifest)
    return str(manifest.get("mediaType") or image.image_manifest_media_type or "")


def _find(request: Request, named: dict[str, Any]) -> Image | None:
    wanted = {"imageDigest": named["digest"]} if named["digest"] else {"imageTag": named["tag"]}
    try:
        found = request.place.ecr.batch_get_image(named["repository"], image_ids=[wanted])
    except ServiceException:
        return None
    return found["images"][0] if found["images"] else None


def _may_pull(request: Request, repository: str) -> bool:
    """Whether the policy lets Lambda pull for this function.

    Lambda would mend it for a caller who may change the policy; here nobody may.
    """
    place = request.place
    source = (
        f"arn:aws:lambda:{place.region}:{place.account}:function:{request.params['FunctionName']}"
    )
    try:
        answer = place.ecr.get_repository_policy(place.account, repository)
    except ServiceException:
        return False
    statements = json.loads(answer["policyText"])["Statement"]
    return any(_admits(statement, source) for statement in statements)


def _admits(statement: dict[str, Any], source: str) -> bool:
    condition: dict[str, Any] = statement.get("Condition", {})
    pattern = str(condition.get("StringLike", {}).get("aws:sourceArn", source))
    return (
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": "lambda.amazonaws.com"}
        and set(statement["Action"]) >= PULLS
        and fnmatchcase(source, pattern)
    )


def _refused(message: str) -> Refusal:
    return Refusal("InvalidParameterValueException", message)
