"""What Lambda does not take as an image: an index, or what its registry does not hold."""

from __future__ import annotations

import json
import re
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


def _refused(message: str) -> Refusal:
    return Refusal("InvalidParameterValueException", message)
