"""A release that is killed after any of its calls, and started again, comes to the same end."""

from contextlib import suppress

import pytest

from deploy.errors import RolledBack
from tests.deploy.scenes import Scene, push, scene, settled, small
from tests.twin.faults import Interrupted
from tests.twin.twin import Twin

REPLACING = 44
FILLING = 32
GOING_BACK = 11
"""How many calls each flow makes, of the last the writes; a test holds them true."""


@pytest.fixture
def world(twin: Twin) -> Scene:
    return small(scene(twin))


def kill_and_resume(world: Scene, digest: str, after: int, *, writes: bool = False) -> None:
    """Kill a release after so many calls, and release again when its lease has run out."""
    world.twin.faults.interrupt_after(after, writes_only=writes)
    with pytest.raises(Interrupted):
        world.release(digest)
    world.twin.clock.advance(61)
    world.release(digest)


@pytest.mark.parametrize("after", range(1, REPLACING + 1))
def test_replacing(world: Scene, after: int) -> None:
    """The new image serves from one new version, and the history has it as succeeded."""
    old, new = push(world.twin, "a"), push(world.twin, "b")
    settled(world, old)
    kill_and_resume(world, new, after)
    assert world.end() == {
        "sizes": (1, 1, 4),
        "version": "3",
        "serving": {new: 1},
        "versions": [(1, "no image"), (2, old), (3, new)],
        "outcome": "succeeded",
        "digest": new,
    }


@pytest.mark.parametrize("after", range(1, FILLING + 1))
def test_filling(world: Scene, after: int) -> None:
    """The first release fills the group once, and never with anything else."""
    new = push(world.twin, "a")
    kill_and_resume(world, new, after)
    assert world.end() == {
        "sizes": (1, 1, 4),
        "version": "2",
        "serving": {new: 1},
        "versions": [(1, "no image"), (2, new)],
        "outcome": "succeeded",
        "digest": new,
    }


@pytest.mark.parametrize("after", range(1, GOING_BACK + 1))
def test_going_back(world: Scene, after: int) -> None:
    """An image that fails the smoke test is rolled back, wherever the way back was cut off."""
    old, new = push(world.twin, "a"), push(world.twin, "b")
    settled(world, old)
    world.smoke.bad.add(new)
    with pytest.raises(RolledBack):
        kill_and_resume(world, new, after, writes=True)
    end = world.end()
    assert (end["serving"], end["version"], end["outcome"]) == ({old: 1}, "2", "rolled back")


@pytest.mark.parametrize(
    ("flow", "number"), [("replacing", REPLACING), ("filling", FILLING), ("back", GOING_BACK)]
)
def test_number_of_calls(world: Scene, flow: str, number: int) -> None:
    """Every call is an interruption point of the tests above, and there are no others."""
    new = push(world.twin, "b")
    if flow != "filling":
        settled(world, push(world.twin, "a"))
    if flow == "back":
        world.smoke.bad.add(new)
    with suppress(RolledBack):
        world.release(new)
    assert len(world.twin.calls.writes if flow == "back" else world.twin.calls) == number
