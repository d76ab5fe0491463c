"""The acts: what may happen to a service, each with what has to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.rehearsal import versions
from tests.rehearsal.stage import Stage

ROLLED_BACK = 5
HELD = 9

Play = Callable[[Stage], None]


@dataclass(frozen=True)
class Act:
    """One act: its name, what is played, and how many requests it may cost, and why."""

    name: str
    play: Play
    spare: int = 0
    why: str = ""


def first_deploy(stage: Stage) -> None:
    """From an empty account to two instances that serve; then the traffic begins."""
    stage.deployer.good("apply server --yes")
    stage.released(versions.ONE)
    stage.traffic.start()
    stage.world.until(lambda: len(stage.traffic.seconds) > 5, "the traffic has begun")


def release(stage: Stage) -> None:
    """Version 2 in place of version 1."""
    stage.released(versions.TWO)


def exits_at_once(stage: Stage) -> None:
    """The container ends as soon as it starts: AWS puts the version before back."""
    words = "the container ended three times", "container  exited with"
    stage.expect(stage.release(versions.EXITS), ROLLED_BACK, *words)
    stage.settled()


def answers_wrong(stage: Stage) -> None:
    """It is ready and some of its prices are wrong: the smoke test finds it, and it goes back."""
    command = stage.release(versions.WRONG)
    stage.expect(command, ROLLED_BACK, "where the golden row of the model says")
    stage.settled()


SHORT = (
    Act("first deploy", first_deploy),
    Act("release of version 2", release),
    Act("release whose container exits at once", exits_at_once),
)
