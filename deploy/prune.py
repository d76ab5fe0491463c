"""What may go: old images and versions that nothing names any more, in no environment."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from botocore.exceptions import ClientError

from deploy.aws import Aws, error_code
from deploy.errors import Failed, Refused
from deploy.names import FUNCTION, SERVER
from deploy.releases.fleet import look
from deploy.releases.history import History
from deploy.releases.place import Place
from deploy.releases.refresh import Refreshes
from deploy.releases.registered import Registry
from deploy.releases.store import NoBucket
from deploy.releases.traffic import Published
from deploy.releases.versions import NoTemplate, Version, Versions

BATCH = 100
"""How many images ECR deletes at once."""


@dataclass(frozen=True, slots=True)
class Surplus:
    """What nothing needs: digests of images, numbers of template and of function versions."""

    images: tuple[str, ...]
    template_versions: tuple[str, ...]
    function_versions: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """One line for each."""
        return [
            *(f"- image {each}" for each in self.images),
            *(f"- launch template version {each}" for each in self.template_versions),
            *(f"- function version {each}" for each in self.function_versions),
        ]


@dataclass(frozen=True, slots=True)
class Use:
    """What one environment needs."""

    digests: frozenset[str]
    template_versions: frozenset[str]
    function_versions: frozenset[str]


def surplus(aws: Aws, place: Place, others: Sequence[Place], *, keep: int) -> Surplus:
    """What of an environment may go; `others` are the environments that share its images.

    Kept are what a live version, alias or refresh names, what the last `keep` good releases of
    each door named, and the `keep` newest images, which may not have been released yet.
    """
    uses = [_use(aws, each, keep) for each in (place, *others)]
    kept = frozenset().union(*(use.digests for use in uses))
    own, images = uses[0], _images(aws, place)
    return Surplus(
        images=tuple(each for each in images[keep:] if each not in kept),
        template_versions=tuple(
            each.number
            for each in _template_versions(aws, place)[1:]
            if each.digest not in kept
            and each.number not in own.template_versions
            and not each.default
        ),
        function_versions=tuple(
            number
            for number in _function_versions(aws, place)
            if number not in own.function_versions
            and Published(aws, place.function).image(number) not in kept
        ),
    )


def prune(aws: Aws, place: Place, found: Surplus) -> None:
    """Delete it: versions first, then the images that they named."""
    for number in found.function_versions:
        Published(aws, place.function).delete(number)
    if found.template_versions:
        Versions(aws, place.template).delete(list(found.template_versions))
    for first in range(0, len(found.images), BATCH):
        answer = aws.client("ecr").batch_delete_image(
            repositoryName=place.repository,
            imageIds=[{"imageDigest": each} for each in found.images[first : first + BATCH]],
        )
        faults = [
            f"{each['imageId'].get('imageDigest', '')}: {each.get('failureReason', '')}"
            for each in answer.get("failures", ())
            if each.get("failureCode") != "ImageNotFound"
        ]
        if faults:
            raise Failed(f"ECR kept {'; '.join(faults)}")


def _use(aws: Aws, place: Place, keep: int) -> Use:
    released = _released(aws, place, keep)
    templates, digests = _templates_in_use(aws, place)
    functions = _functions_in_use(aws, place)
    published = Published(aws, place.function)
    running = (published.image(number) for number in functions)
    return Use(frozenset({*released, *digests, *running}) - {""}, templates, functions)


def _released(aws: Aws, place: Place, keep: int) -> Iterable[str]:
    """The digests of the last good releases; none where no bucket is."""
    for door in (SERVER, FUNCTION):
        with suppress(NoBucket):
            yield from History(aws, place.bucket, door).kept(keep)


def _templates_in_use(aws: Aws, place: Place) -> tuple[frozenset[str], frozenset[str]]:
    """Versions that the group, an instance or a refresh names, and the digests of these."""
    try:
        fleet = look(aws, place.group)
    except Refused:  # there is no group
        return frozenset(), frozenset()
    active = Refreshes(aws, place.group).active()
    numbers = {fleet.version, *(member.version for member in fleet.members)}
    numbers |= {active.version} if active is not None else set()
    named = (each for each in _template_versions(aws, place) if each.number in numbers)
    digests = {each.digest for each in named} | set(fleet.by_digest)
    return frozenset(numbers), frozenset(digests)


def _functions_in_use(aws: Aws, place: Place) -> frozenset[str]:
    """The versions that the alias names, and what the next one would be published of."""
    traffic = Published(aws, place.function).traffic()
    if traffic is None:
        return frozenset()
    return frozenset({traffic.main, *traffic.shares, "$LATEST"})


def _images(aws: Aws, place: Place) -> list[str]:
    """The digests in the registry, newest first; none where no repository is."""
    try:
        return [str(each["imageDigest"]) for each in Registry(aws, place.repository).all()]
    except ClientError as error:
        if error_code(error) == "RepositoryNotFoundException":
            return []
        raise


def _template_versions(aws: Aws, place: Place) -> list[Version]:
    try:
        return Versions(aws, place.template).all()
    except NoTemplate:
        return []


def _function_versions(aws: Aws, place: Place) -> list[str]:
    try:
        return Published(aws, place.function).numbers()
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return []
        raise
