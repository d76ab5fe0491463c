"""The view: what a person at a terminal sees, and what anybody else reads."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from tests.rehearsal.balancer import Target
from tests.rehearsal.counted import second
from tests.rehearsal.facts import Facts, Instance
from tests.rehearsal.sampler import look
from tests.rehearsal.stage import Stage
from tests.rehearsal.stages import still
from tests.rehearsal.traffic import Second
from tests.rehearsal.view import View, screen
from tests.twin.health import HEALTHY
from tests.twin.plugin import twin
from tests.twin.twin import Twin

__all__ = ["twin"]

NAMES = ("i-starts", "i-serves", "i-drains", "i-leaves")


@pytest.fixture
def stage(twin: Twin, tmp_path: Path) -> Stage:
    """Four instances in four states, and a little traffic."""
    made = still(twin, tmp_path)
    world = made.world
    made.digests["two"] = "sha256:2"
    instances = {name: Instance(name, "sha256:2", "") for name in NAMES}
    instances["i-leaves"] = Instance("i-leaves", "sha256:1", "", leaving=True)
    world.facts = Facts(instances, {"i-serves": False, "i-drains": True})
    world.supervisor.states = {"i-serves": Target(HEALTHY, 1, 9)}
    now = time.monotonic()
    made.traffic.seconds = [Second(now - 1.5, second(290, failed=10)), Second(now, second(300))]
    return made


def test_what_is_seen_of_instances(stage: Stage) -> None:
    """The version by its name, if it is known, and the state that matters."""
    assert [(each.instance, each.version, each.state) for each in look(stage).seen] == [
        ("i-starts", "two", "starting"),
        ("i-serves", "two", "healthy"),
        ("i-drains", "two", "draining"),
        ("i-leaves", "?", "leaving"),
    ]


def test_a_screen(stage: Stage) -> None:
    """The act, the group, the traffic, and what was said last."""
    stage.world.twin.clock.pace = 10
    heard = ["== first deploy", "a line", "== release", *(f"line {n}" for n in range(20))]
    lines = screen(stage, 65, heard)
    assert lines[0] == "rehearsal as plain processes   1:05 here, 10:50 there"
    assert lines[1] == "act 2: release"
    assert "group: 4 instances, no refresh" in lines
    assert "  600 requests, 10 failed, 0 wrong" in lines
    assert "traffic: 300 requests/s, p99 1.0 ms" in lines
    assert lines[-1] == "line 19"
    assert "a line" not in lines


def test_what_is_said_is_told_to_its_end(stage: Stage) -> None:
    """Where a line of the screen is too short for it, on the next."""
    why = "plain processes stand for containers: there is no image of that name; make image builds"
    lines = screen(stage, 65, [why], 40)
    assert lines[-3:] == [
        "plain processes stand for containers:",
        "there is no image of that name; make",
        "image builds",
    ]


def test_elsewhere_lines_are_read() -> None:
    """Each as it is said, with the seconds since the beginning."""
    out = io.StringIO()
    View(out).hear("$ python -m deploy")
    assert out.getvalue().split(maxsplit=1)[1] == "$ python -m deploy\n"
