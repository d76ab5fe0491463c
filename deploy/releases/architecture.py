"""For which machines an image is, as its own configuration in the registry says."""

import json
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, error_code, missing_action
from deploy.engine import MACHINES, PLATFORMS
from deploy.errors import Failed, Refused

Fetch = Callable[[str], bytes]
"""What lies at a URL. Raises OSError or HTTPException."""

TIMEOUT = 30.0
"""Seconds that the registry may take for a configuration, which is a few kilobytes."""


class Unread(Failed):
    """The configuration of an image cannot be read."""


def download(url: str) -> bytes:
    """The `Fetch` that asks the network."""
    with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - the URL is AWS's own
        return bytes(answer.read())


def refuse_other(
    aws: Aws, repository: str, digest: str, architecture: str, say: Callable[[str], None]
) -> None:
    """Raise `Refused` if an image is not for the architecture of the configuration.

    One that cannot be read is let pass, and that is said: what runs it will tell.
    """
    try:
        found = machines_of(aws, repository, digest)
    except Unread as error:
        say(f"whether the image is for {MACHINES[architecture]} is not known: {error}")
        return
    if MACHINES[architecture] not in found:
        raise Refused(
            f"Nothing was released: {repository}@{digest} is for {', '.join(found)}, and "
            f"server.architecture is {architecture}. Build it with --platform "
            f"{PLATFORMS[architecture]}, as `push` does, or set server.architecture."
        )


def machines_of(aws: Aws, repository: str, digest: str, fetch: Fetch = download) -> tuple[str, ...]:
    """The machine of an image, arm64 or amd64; of an index those of its images.

    The configuration lies in the registry beside the layers. Raises `Unread`.
    """
    try:
        return _machines(aws, repository, digest, fetch)
    except ClientError as error:
        if not missing_action(error) and error_code(error) not in _ABSENT:
            raise
        why = f"{missing_action(error)} is not allowed" if missing_action(error) else str(error)
        raise Unread(f"its configuration cannot be read: {why}") from error
    except (OSError, HTTPException, LookupError, TypeError, ValueError) as error:
        raise Unread(f"its configuration cannot be read: {error!r}") from error


def _machines(aws: Aws, repository: str, digest: str, fetch: Fetch) -> tuple[str, ...]:
    client = aws.client("ecr")
    answer = client.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    manifest: dict[str, Any] = json.loads(answer["images"][0]["imageManifest"])
    if "manifests" in manifest:
        return tuple(str(each["platform"]["architecture"]) for each in manifest["manifests"])
    link = client.get_download_url_for_layer(
        repositoryName=repository, layerDigest=manifest["config"]["digest"]
    )
    return (str(json.loads(fetch(link["downloadUrl"]))["architecture"]),)


_ABSENT = frozenset(
    {
        "LayersNotFoundException",
        "LayerInaccessibleException",
        "UnableToGetUpstreamLayerException",
    }
)
"""What ECR says of a layer that it cannot give."""
