"""Checks of the newest image: its manifest, and the architecture inside."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from deploy.aws import absent
from deploy.checks.finding import Finding, Visit
from deploy.engine import PLATFORMS
from deploy.image import INDEXES, SINGLE_FLAGS

Fetch = Callable[[str], bytes]


def download(url: str) -> bytes:
    """The `Fetch` that asks the network."""
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - the URL is AWS's own
        return bytes(answer.read())


def image(visit: Visit, fetch: Fetch = download) -> Finding:
    """Whether the newest image is a single manifest, for the architecture of the instances."""
    newest = None
    with absent("RepositoryNotFoundException"):
        newest = _newest(visit)
    if newest is None:
        return Finding("image", None, "none has been pushed", "Push one.")
    digest = str(newest["imageDigest"])
    if newest.get("imageManifestMediaType") in INDEXES:
        return Finding("image", ok=False, what=f"{digest} is an image index",
                       mend=f"Build with {SINGLE_FLAGS}.")  # fmt: skip
    found = _architecture(visit, digest, fetch)
    wanted = PLATFORMS[visit.config.server.architecture].removeprefix("linux/")
    if found != wanted:
        return Finding("image", ok=False, what=f"{digest} is for {found}, instances are {wanted}",
                       mend="Push one for the other architecture.")  # fmt: skip
    return Finding("image", ok=True, what=f"{digest} for {found}")


def _newest(visit: Visit) -> dict[str, Any] | None:
    found = visit.aws.pages(
        "ecr", "describe_images", "imageDetails",
        repositoryName=visit.names.repository, filter={"tagStatus": "TAGGED"},
    )  # fmt: skip
    return max(found, key=lambda each: each["imagePushedAt"], default=None)


def _architecture(visit: Visit, digest: str, fetch: Fetch) -> str:
    """As the image's own configuration says, which lies in the registry beside its layers."""
    client, name = visit.aws.client("ecr"), visit.names.repository
    answer = client.batch_get_image(repositoryName=name, imageIds=[{"imageDigest": digest}])
    layer = json.loads(answer["images"][0]["imageManifest"])["config"]["digest"]
    link = client.get_download_url_for_layer(repositoryName=name, layerDigest=layer)
    return str(json.loads(fetch(link["downloadUrl"]))["architecture"])
