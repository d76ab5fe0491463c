"""Recording which IAM actions each verb needs, by running it on the offline AWS.

`python -m tests.deploy.recording` writes the list anew.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.aws import Aws
from deploy.errors import DeployError, Refused
from deploy.names import FUNCTION, SERVER
from deploy.permissions.calls import LIST, Calls, written
from deploy.resource import Resource
from tests.deploy.builder import Builder
from tests.deploy.calling import call
from tests.deploy.options import FULL, PLAIN, Options
from tests.deploy.service import Service
from tests.deploy.tampering import lingering_volume, lose_group, tamper
from tests.deploy.worlds import DOORS, made, running
from tests.twin.faults import Interrupted
from tests.twin.known import Known
from tests.twin.permissions import Need, asked, needs
from tests.twin.twin import Twin

LOOKS = ("status", "history", "logs", "url", "smoke", "summary", "proposal", "cost")
SHARED = "image"
"""Where `push` is listed, which concerns no door."""

LEASE = 61.0
"""Seconds after which the lease of a run that was killed is free."""

Found = dict[str, dict[str, set[Need]]]
"""Every permission with its resource and context, by door and verb."""


@dataclass
class Recording:
    """What the verbs need that are typed while it lasts."""

    twin: Twin
    found: Found = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    @contextmanager
    def of(self, door: str, verb: str) -> Iterator[set[Need]]:
        """What is called meanwhile belongs to the verb, however that ends."""
        listed = self.found.setdefault(door, {}).setdefault(verb, set())
        self.known.look(self.twin.place)
        self.twin.calls.clear()
        try:
            yield listed
        finally:
            self.known.look(self.twin.place)
            for each in self.twin.calls:
                if each.operation != "GetCallerIdentity":
                    listed |= set(needs(each, self.known))


@dataclass
class Desk:
    """Somebody who types one verb after another at one door."""

    recording: Recording
    directory: Path
    door: str
    service: Service = field(default_factory=Service)

    @property
    def twin(self) -> Twin:
        return self.recording.twin

    @cached_property
    def aws(self) -> Aws:
        """It remembers clients and the account number alone, so that all verbs may share it."""
        return Aws(self.twin.session(), clock=self.twin.clock.time, sleep=self.twin.clock.sleep)

    def type(self, verb: str, *arguments: str, listed: str = "") -> None:
        """Run a verb and note what it calls, under another name if `listed` gives one.

        It may end badly, or be killed: what it has called by then is noted all the same.
        """
        words = arguments if verb == "push" else (self.door, "--yes", *arguments)
        twin = self.twin
        with self.recording.of(SHARED if verb == "push" else self.door, listed or verb) as noted:
            self.service.signed = lambda _: noted.update(asked("shop-production:live", twin.region))
            twin.functions.answer = self.service.invoked
            builder = Builder(self.aws, aside=twin.aside)
            try:
                with self.service.answering():
                    call(
                        verb,
                        *words,
                        aws=self.aws,
                        directory=self.directory,
                        run_program=builder,
                    )
            except (DeployError, Interrupted) as end:
                print(f"{verb} {self.door}: {end}")

    def digest(self, tag: str) -> str:
        """What a tag names in the registry."""
        with self.twin.aside():
            answer = self.twin.client("ecr").describe_images(
                repositoryName="shop", imageIds=[{"imageTag": tag}]
            )
        return str(answer["imageDetails"][0]["imageDigest"])

    def release(self, tag: str, *arguments: str, listed: str = "") -> None:
        """Push an image and release it."""
        self.type("push", "--tag", tag)
        self.type("release", "--tag", tag, *arguments, listed=listed)


Play = Callable[[Desk], None]


@dataclass(frozen=True)
class Part:
    """One play at one door, in an account of its own; all parts together are the recording."""

    door: str
    play: Play
    options: Options

    @property
    def name(self) -> str:
        """As in `server-life-plain`."""
        return f"{self.door}-{self.play.__name__}-{self.options.name}"

    def record(self) -> Found:
        """What each verb needs in it."""
        found: Found = {}
        with Twin() as twin, TemporaryDirectory() as place:
            path = Path(place)
            (path / "deploy.toml").write_text(self.options.toml(twin))
            self.play(Desk(Recording(twin, found), path, self.door))
        return found


def parts() -> list[Part]:
    """Every verb at every door, in each situation in which it calls something else."""
    plays = (
        (life, PLAIN),
        (life, FULL),
        (bad_releases, PLAIN),
        (interruptions, PLAIN),
        (changes, PLAIN),
    )
    return [Part(door, play, options) for door in DOORS for play, options in plays]


def together(recorded: Iterable[Found]) -> Found:
    """What the verbs need in one part or another."""
    found: Found = {}
    for part in recorded:
        for door, verbs in part.items():
            for verb, all_of in verbs.items():
                found.setdefault(door, {}).setdefault(verb, set()).update(all_of)
    return found


def listed(found: Found) -> Calls:
    """The actions alone, as the file has them."""
    return {
        door: {
            verb: tuple(sorted({need.action for need in all_of}))
            for verb, all_of in sorted(verbs.items())
        }
        for door, verbs in sorted(found.items())
    }


def life(desk: Desk) -> None:
    """From nothing to nothing, with two releases and a way back in between."""
    for verb in ("plan", "apply"):
        desk.type(verb)
    for tag in ("one", "two", "two"):
        desk.release(tag, listed=_first(desk, tag))
    desk.type("push", "--image", "another", "--tag", "one")
    for verb in (*LOOKS, "plan", "apply", "rollback", "abort", "unlock", "prune"):
        desk.type(verb)
    if desk.door == SERVER:
        lose_group(desk.twin)
        for verb in ("plan", "proposal", "apply"):
            desk.type(verb)
    with lingering_volume(desk.twin, desk.door):
        desk.type("destroy")
    desk.type("destroy", "--with-images", "--with-logs")


def bad_releases(desk: Desk) -> None:
    """Images that do not come up, that answer wrongly, and that let an alarm ring."""
    twin = desk.twin
    desk.type("apply")
    if desk.door == FUNCTION:
        _stillborn(desk)
    if desk.door == SERVER:
        desk.type("push", "--tag", "never")
        twin.health.script(digest=desk.digest("never"), becomes="unhealthy")
        desk.type("release", "--tag", "never")
    desk.release("one", listed=_first(desk, "one"))
    desk.service.good = False
    desk.release("wrong")
    desk.service.good = True
    twin.alarms.set(f"shop-production-{desk.door}-errors", "ALARM", after=20)
    desk.release("rings")
    twin.alarms.set(f"shop-production-{desk.door}-errors", "OK")
    if desk.door == SERVER:
        twin.fleet.fail_launches(2)
        desk.release("dear")
        desk.type("push", "--tag", "ill")
        twin.health.script(digest=desk.digest("ill"), becomes="unhealthy")
        desk.type("release", "--tag", "ill")
    desk.type("rollback")


def _stillborn(desk: Desk) -> None:
    """A function that cannot be made, neither at first nor anew."""
    desk.type("push", "--tag", "stillborn")
    for verb, *words in (("release", "--tag", "stillborn"), ("apply",)):
        desk.twin.functions.fail("create", "the image cannot be read")
        desk.type(verb, *words, listed="first_release" if verb == "release" else "")


def interruptions(desk: Desk) -> None:
    """A release that is killed after each of its writes, and goes on, or is stopped by another."""
    desk.type("apply")
    desk.release("one", listed=_first(desk, "one"))
    desk.release("two")
    for moment in _moments(desk):
        tag = _killed(desk, "resumed", moment)
        desk.twin.clock.advance(LEASE)
        desk.type("release", "--tag", tag)
        for verb in ("unlock", "abort"):
            _killed(desk, verb, moment)
            desk.type(verb)
            desk.twin.clock.advance(LEASE)
        _killed(desk, "superseded", moment)
        desk.twin.clock.advance(LEASE)
        desk.release(f"over-{moment}", "--supersede")
    desk.type("prune")


def _moments(desk: Desk) -> list[int]:
    """After which of its writes a release leaves something new; to renew the lease is nothing."""
    writes = enumerate(desk.twin.calls.writes, 1)
    return [number for number, call in writes if "lease/" not in call.parameters.get("Key", "")]


def _killed(desk: Desk, word: str, moment: int) -> str:
    """Release an image and be killed; its tag."""
    tag = f"{word}-{moment}"
    desk.type("push", "--tag", tag)
    desk.twin.faults.interrupt_after(moment, writes_only=True)
    desk.type("release", "--tag", tag)
    desk.twin.faults.clear()
    return tag


def _first(desk: Desk, tag: str) -> str:
    """The first release of the function makes it: it is listed apart."""
    return "first_release" if desk.door == FUNCTION and tag == "one" else ""


def changes(desk: Desk) -> None:
    """What stands is tampered with, given every setting anew, and changed to have no option."""
    twin, door, recording = desk.twin, desk.door, desk.recording
    full, plain = FULL.config(twin), PLAIN.config(twin)
    world = made(twin, door, full) if door == FUNCTION else running(twin, full)
    with recording.of(door, "apply"):
        for resource in world.stack().resources:
            _update(resource)
    with twin.aside():
        tamper(twin, door)
    for verb, config in (("plan", full), ("apply", full), ("apply", plain), ("destroy", plain)):
        world.config = config
        with recording.of(door, verb):
            getattr(world, verb)()


def _update(resource: Resource) -> None:
    """Every key by itself, as if it had drifted; some things cannot be moved."""
    live, wanted = resource.find(), resource.settings()
    for key in wanted or () if live is not None else ():
        with suppress(Refused):
            resource.update(frozenset({key}))


if __name__ == "__main__":
    LIST.write_text(written(listed(together(each.record() for each in parts()))), encoding="utf-8")
