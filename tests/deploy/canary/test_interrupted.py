"""A release of the function through kills and faults."""

import pytest

from deploy.releases.traffic import Traffic
from tests.deploy.functions import FunctionScene, short
from tests.deploy.scenes import push
from tests.twin.faults import Interrupted

SHIFTING = 31
"""How many calls a release with a short bake makes; a test holds it true."""


@pytest.mark.parametrize("after", range(1, SHIFTING + 1))
def test_interrupted_after_every_call(world: FunctionScene, old: str, after: int) -> None:
    """Killed anywhere and started again, it comes to the same end."""
    new = push(world.twin, "b")
    short(world)
    world.twin.calls.clear()
    world.twin.faults.interrupt_after(after)
    with pytest.raises(Interrupted):
        world.release(new)
    world.twin.clock.advance(61)
    world.release(new)
    assert world.end() == {
        "traffic": Traffic("2"),
        "versions": [(1, old), (2, new)],
        "outcome": "succeeded",
        "digest": new,
    }


def test_number_of_calls(world: FunctionScene, old: str) -> None:
    """Every call is an interruption point of the test above."""
    new = push(world.twin, "b")
    short(world)
    world.twin.calls.clear()
    world.release(new)
    assert len(world.twin.calls) == SHIFTING


@pytest.mark.parametrize("fault", ["throttle", "outage", "unreachable", "lost"])
def test_faults_of_every_operation_are_survived(world: FunctionScene, old: str, fault: str) -> None:
    """Each operation is struck at its first attempt."""
    new = push(world.twin, "b")
    world.twin.faults.first(fault)
    assert world.release(new).outcome == "succeeded"
    world.twin.faults.clear()
    assert world.end()["versions"] == [(1, old), (2, new)]
