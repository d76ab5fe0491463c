"""A release that is killed after any of its calls, and started again, comes to the same end."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest

from deploy.errors import RolledBack
from tests.deploy.scenes import Scene, push, scene, settled, small
from tests.deploy.standstill import Stand, Standstill
from tests.twin.faults import Interrupted
from tests.twin.twin import Twin

REPLACING = 44
FILLING = 32
GOING_BACK = 11
"""How many calls each flow makes, of the last the writes; a test holds them true."""


def _begun(twin: Twin, flow: str) -> tuple[Scene, str, str]:
    """The world before a release, the image that serves in it, and the one to be released."""
    world = small(scene(twin))
    if flow == "filling":
        return world, "", push(twin, "a")
    old, new = push(twin, "a"), push(twin, "b")
    settled(world, old)
    if flow == "back":
        world.smoke.bad.add(new)
    return world, old, new


def _killed(flow: str, stand: Stand) -> tuple[str, str, dict[str, Any]]:
    """The two images, and what counts after a release was killed, and started again when its
    lease had run out."""
    with Twin() as twin:
        world, old, new = _begun(twin, flow)

        def stand_still() -> None:
            if flow == "back" and twin.calls[-1].writes:
                stand(len(twin.calls.writes))
            elif flow != "back":
                stand(len(twin.calls))

        twin.faults.after_each(stand_still)
        with pytest.raises(Interrupted):
            world.release(new)
        twin.clock.advance(61)
        with pytest.raises(RolledBack) if flow == "back" else nullcontext():
            world.release(new)
        return old, new, world.end()


@pytest.fixture(scope="module")
def standstill() -> Iterator[Standstill]:
    """Every flow, standing still after each call; the way back after each write."""
    with Standstill(_killed) as standstill:
        yield standstill


@pytest.mark.parametrize("after", range(1, REPLACING + 1))
def test_replacing(standstill: Standstill, after: int) -> None:
    """The new image serves from one new version, and the history has it as succeeded."""
    old, new, end = standstill.killed("replacing", after)
    assert end == {
        "sizes": (1, 1, 4),
        "version": "3",
        "serving": {new: 1},
        "versions": [(1, "no image"), (2, old), (3, new)],
        "outcome": "succeeded",
        "digest": new,
    }


@pytest.mark.parametrize("after", range(1, FILLING + 1))
def test_filling(standstill: Standstill, after: int) -> None:
    """The first release fills the group once, and never with anything else."""
    _, new, end = standstill.killed("filling", after)
    assert end == {
        "sizes": (1, 1, 4),
        "version": "2",
        "serving": {new: 1},
        "versions": [(1, "no image"), (2, new)],
        "outcome": "succeeded",
        "digest": new,
    }


@pytest.mark.parametrize("after", range(1, GOING_BACK + 1))
def test_going_back(standstill: Standstill, after: int) -> None:
    """An image that fails the smoke test is rolled back, wherever the way back was cut off."""
    old, _, end = standstill.killed("back", after)
    assert (end["serving"], end["version"], end["outcome"]) == ({old: 1}, "2", "rolled back")


@pytest.mark.parametrize(
    ("flow", "number"), [("replacing", REPLACING), ("filling", FILLING), ("back", GOING_BACK)]
)
def test_number_of_calls(twin: Twin, flow: str, number: int) -> None:
    """Every call is an interruption point of the tests above, and there are no others."""
    world, _, new = _begun(twin, flow)
    with suppress(RolledBack):
        world.release(new)
    assert len(twin.calls.writes if flow == "back" else twin.calls) == number
