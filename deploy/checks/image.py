"""Checks of the newest image: its manifest, and the architecture inside."""

from typing import Any

from deploy.aws import absent
from deploy.checks.finding import Finding, Visit
from deploy.engine import MACHINES
from deploy.image import INDEXES, SINGLE_FLAGS
from deploy.releases.architecture import Fetch, Unread, download, machines_of


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
    wanted = MACHINES[visit.config.server.architecture]
    try:
        (found,) = machines_of(visit.aws, visit.names.repository, digest, fetch)
    except Unread as error:
        return Finding("image", None, f"{digest}: {error}", "Look whether it was pushed whole.")
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
