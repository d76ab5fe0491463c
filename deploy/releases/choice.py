"""Which image a release is of: named by digest, by tag, or by the commit that is checked out."""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from deploy.aws import Aws
from deploy.errors import Refused
from deploy.releases.history import ROLLBACK, SUCCEEDED, History, Record
from deploy.releases.registered import Registry
from deploy.releases.unfinished import Running

Run = Callable[[Sequence[str]], str]
"""Runs a program and gives what it prints. Raises OSError or CalledProcessError."""

SHORTEST = 6
"""How many characters of a digest or commit name a release."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An image, and the tag that named it: as a rule a commit."""

    digest: str
    commit: str


def run(command: Sequence[str]) -> str:
    """Run a program without a shell."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def choose(aws: Aws, repository: str, *, image: str = "", tag: str = "", run: Run = run) -> Chosen:
    """The image with this digest, or this tag, or the current commit as its tag.

    Raises `Refused` for what is no digest, or for a tag that the registry does not hold.
    """
    registry = Registry(aws, repository)
    if image:
        if not _DIGEST.fullmatch(image):
            raise Refused(f"--image {image} is no digest: sha256: and 64 hexadecimal digits.")
        tags = registry.check(image).get("imageTags") or [""]
        return Chosen(image, str(tags[0]))
    tag = tag or _commit(run)
    return Chosen(registry.digest(tag), tag)


def _commit(run: Run) -> str:
    try:
        return run(["git", "rev-parse", "HEAD"]).strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refused(
            "There is no commit here to be released: name an image with --tag or --image."
        ) from error


def earlier(history: History, version: str, running: Running) -> Record:
    """The release to go back to: the newest good one before, or the one that VERSION names.

    VERSION is a version's number, or the beginning of a digest or a commit. Where another image
    than the one that runs was left half done, the one before is what runs. Raises `Refused`,
    listing what there is.
    """
    good = [each for each in history.newest() if each.outcome == SUCCEEDED]
    chosen = _named(good, version) if version else _before(good, running)
    if chosen is None:
        raise Refused(
            f"No good release is {version}: give a version's number, or at least {SHORTEST} "
            f"characters of a digest or commit. {_known(good)}"
            if version
            else f"There is no earlier release to go back to. {_known(good)}"
        )
    return chosen


def undoes(history: History, running: Running) -> bool:
    """Whether there is a release to be undone: not one that goes back itself, as after a rollback
    that was cut off, which goes on."""
    if not (running.active and running.digest and running.left):
        return False
    good = [each for each in history.newest() if each.outcome == SUCCEEDED]
    own = _before(good, Running(running.digest, running.version))
    return own is None or own.digest != running.left


def _before(good: Sequence[Record], running: Running) -> Record | None:
    """What ran before: of a release left half done that is what still has the door's place."""
    if running.left and not running.active:
        kept = next((each for each in good if each.digest == running.digest), None)
        if kept is not None:
            return kept
    return next((each for each in _not_left(good) if each.digest != running.digest), None)


def _named(good: Sequence[Record], version: str) -> Record | None:
    return next((each for each in good if _is(each, version)), None)


def _known(good: Sequence[Record]) -> str:
    """The newest good releases in words, each once."""
    newest: dict[str, str] = {}
    for each in good:
        newest.setdefault(f"{each.version} ({each.digest[:19]})", each.time)
    known = [f"{what[:-1]}, {time})" for what, time in list(newest.items())[:5]]
    return f"There are the versions {'; '.join(known)}." if known else "The history has none."


def _not_left(good: Iterable[Record]) -> Iterator[Record]:
    """Without the releases, of newest first, from which somebody has gone back since."""
    left: set[str] = set()
    for record in good:
        if record.verb == ROLLBACK and record.before != record.digest:
            left.add(record.before)
        if record.digest not in left:
            yield record


def _is(record: Record, version: str) -> bool:
    starts = (record.digest, record.digest.removeprefix("sha256:"), record.commit)
    return record.version == version or (
        len(version) >= SHORTEST and any(start.startswith(version) for start in starts)
    )
