"""Recording which IAM actions each verb needs, by running it on the offline AWS.

`python -m tests.deploy.recording` writes the list anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from deploy.aws import Aws
from deploy.calls import LIST, Calls, written
from deploy.errors import DeployError, Refused
from deploy.names import FUNCTION
from deploy.smoke import Smoke
from tests.deploy.builder import Builder
from tests.deploy.calling import call
from tests.deploy.worlds import DOORS, World, made, running
from tests.twin.permissions import Need, needs
from tests.twin.twin import Twin

TOML = """\
name = "shop"
region = "us-east-1"
[alarms]
email = "pager@example.org"
[balancer]
access_logs = true
[tags]
team = "freight"
"""

MODULES = {"plan": "planning", "apply": "applying", "destroy": "destroying"}
LOOKS = ("status", "history", "logs", "url", "smoke", "summary", "proposal")
SHARED = "image"
"""Where `push` is listed, which concerns no door."""


@dataclass
class Recording:
    """Actions by door and verb, and every permission with its resource, by the same."""

    twin: Twin
    found: dict[str, dict[str, set[Need]]] = field(default_factory=dict)

    @contextmanager
    def of(self, door: str, verb: str) -> Iterator[None]:
        """What is called meanwhile belongs to the verb."""
        self.twin.calls.clear()
        yield
        listed = self.found.setdefault(door, {}).setdefault(verb, set())
        for each in self.twin.calls:
            if each.operation != "GetCallerIdentity":
                listed |= set(needs(each))


@dataclass
class Desk:
    """Somebody who types one verb after another at one door."""

    recording: Recording
    aws: Aws
    directory: Path
    door: str

    def type(self, verb: str, *arguments: str, listed: str = "") -> None:
        """Run a verb and note what it calls, under another name if `listed` gives one."""
        module = MODULES.get(verb, verb)
        if not Path(__file__).parents[2].joinpath("deploy", f"{module}_verb.py").exists():
            name = module
        else:
            name = f"{module}_verb"
        shared = verb == "push"
        words = arguments if shared else (self.door, "--yes", *arguments)
        twin = self.recording.twin
        with self.recording.of(SHARED if shared else self.door, listed or verb):
            builder = Builder(self.aws, aside=twin.aside)
            try:
                call(name, *words, aws=self.aws, directory=self.directory, run_program=builder)
            except DeployError as error:
                print(f"{verb} {self.door}: {error}")


UNPLAYED: Calls = {
    "server": {
        "abort": ("autoscaling:CancelInstanceRefresh", "autoscaling:RollbackInstanceRefresh"),
        "release": (
            "autoscaling:CancelInstanceRefresh",
            "autoscaling:RollbackInstanceRefresh",
            "logs:GetLogEvents",
        ),
        "unlock": ("s3:DeleteObject",),
    },
    "function": {
        "abort": ("lambda:UpdateAlias",),
        "release": ("logs:GetLogEvents",),
        "unlock": ("s3:DeleteObject",),
    },
}
"""What is called only where a release goes wrong or is interrupted, which is not played here."""


def record() -> dict[str, dict[str, set[Need]]]:
    """Every verb, in each situation in which it calls something else."""
    found: dict[str, dict[str, set[Need]]] = {}
    for door in DOORS:
        for play in (_life, _drift):
            with Twin() as twin, TemporaryDirectory() as place:
                recording = Recording(twin, found)
                play(recording, door, Path(place))
    return found


def listed(found: dict[str, dict[str, set[Need]]]) -> Calls:
    """The actions alone, as the file has them."""
    return {
        door: {
            verb: tuple(
                sorted({need.action for need in all_of} | {*UNPLAYED.get(door, {}).get(verb, ())})
            )
            for verb, all_of in sorted(verbs.items())
        }
        for door, verbs in sorted(found.items())
    }


def _life(recording: Recording, door: str, place: Path) -> None:
    """From nothing to nothing, with two releases and a way back in between."""
    twin = recording.twin
    (place / "deploy.toml").write_text(TOML)
    aws = Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)
    desk = Desk(recording, aws, place, door)
    with patch.object(Smoke, "__call__", lambda _: "model"):
        for verb in ("plan", "apply"):
            desk.type(verb)
        for tag in ("one", "two"):
            desk.type("push", "--tag", tag)
            first = door == FUNCTION and tag == "one"  # which makes the function
            desk.type("release", "--tag", tag, listed="first_release" if first else "")
        desk.type("release", "--tag", "two")
        for verb in (*LOOKS, "plan", "apply", "rollback", "abort", "unlock", "prune", "destroy"):
            desk.type(verb)


def _drift(recording: Recording, door: str, _: Path) -> None:
    """Everything that stands is given every one of its settings anew, as if it had drifted."""
    twin = recording.twin
    world = made(twin, door) if door == FUNCTION else running(twin)
    with recording.of(door, "plan"):
        world.plan()
    with recording.of(door, "apply"):
        _update_all(world)


def _update_all(world: World) -> None:
    resources = world.stack().resources
    for resource in resources:
        live, wanted = resource.find(), resource.settings()
        if live is not None and wanted is not None:
            with suppress(Refused):  # some things cannot be moved
                resource.update(frozenset(wanted))


if __name__ == "__main__":
    LIST.write_text(written(listed(record())), encoding="utf-8")
