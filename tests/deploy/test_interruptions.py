"""Killed after any call whatever, apply and destroy go on and come to the same end."""

from collections.abc import Callable, Iterator
from functools import cache

import msgspec
import pytest

from deploy.config import Alarms, Schedule, Server
from deploy.names import FUNCTION, SERVER
from deploy.resource import Change
from tests.deploy.standstill import Stand, Standstill
from tests.deploy.worlds import CONFIG, World, inventory, made, running, with_https
from tests.twin.faults import Interrupted
from tests.twin.twin import Twin

OTHER = msgspec.structs.replace(
    CONFIG,
    server=Server(
        instance_type="t4g.medium",
        schedule=(Schedule(name="night", cron="0 22 * * *", min=0, max=1, desired=0),),
    ),
    alarms=Alarms(email="other@example.org", p99_seconds=1.0),
    settings={},
    tags={"team": "freight", "cost": "one"},
)
"""Differs from `CONFIG` in as much as can be changed without making things anew."""


def _new(door: str) -> Callable[[Twin], World]:
    def start(twin: Twin) -> World:
        return World(twin, door)

    return start


def _with_image(twin: Twin) -> World:
    """The function's stack up to its function, and an image to make it of."""
    world = World(twin, FUNCTION)
    with twin.aside():
        world.apply()
        world.digest = world.push()
    return world


def _made(door: str) -> Callable[[Twin], World]:
    return lambda twin: made(twin, door)


def _reconfigured(twin: Twin) -> World:
    world = running(twin)
    world.config = with_https(twin, OTHER)
    return world


FLOWS: dict[str, tuple[int, int, Callable[[Twin], World], Callable[[World], object]]] = {
    "server apply": (108, 43, _new(SERVER), World.apply),
    "server change": (102, 21, _reconfigured, World.apply),
    "server destroy": (85, 36, _made(SERVER), World.destroy),
    "running server destroy": (91, 36, running, World.destroy),
    "function apply": (41, 9, _with_image, World.apply),
    "function destroy": (42, 14, _made(FUNCTION), World.destroy),
}
"""By name: how many calls and writes, how the world begins, and what is done to it."""

POINTS = [(name, writes) for name, flow in FLOWS.items() for writes in range(flow[1] + 1)]


@cache
def _whole(flow: str) -> tuple[tuple[bool, ...], dict[str, int]]:
    """Which of the flow's calls write, and the account after it has not been interrupted."""
    *_, start, act = FLOWS[flow]
    with Twin() as twin:
        world = start(twin)
        twin.calls.clear()
        act(world)
        return tuple(call.writes for call in twin.calls), inventory(twin)


@pytest.mark.parametrize("flow", FLOWS)
def test_every_call_is_tried(flow: str) -> None:
    """The points are those of the flow: a kill after each of its calls is one of them."""
    calls, _ = _whole(flow)
    assert (len(calls), sum(calls)) == FLOWS[flow][:2]


def _killed(flow: str, stand: Stand) -> tuple[list[Change], dict[str, int]]:
    """What is left to do when a killed flow has been run again, and the account then."""
    *_, start, act = FLOWS[flow]
    with Twin() as twin:
        world = start(twin)
        twin.calls.clear()

        def stand_after_writes() -> None:
            if len(twin.calls) == 1 or twin.calls[-1].writes:
                stand(len(twin.calls.writes))

        twin.faults.after_each(stand_after_writes)
        with pytest.raises(Interrupted):
            act(world)
        twin.faults.clear()
        act(world)
        left = world.destroy() if act is World.destroy else world.plan()
        return left, inventory(twin)


@pytest.fixture(scope="module")
def standstill() -> Iterator[Standstill]:
    """Every flow, standing still after the first call and after each write."""
    with Standstill(_killed) as standstill:
        yield standstill


@pytest.mark.parametrize(("flow", "writes"), POINTS)
def test_it_goes_on_after_a_kill(standstill: Standstill, flow: str, writes: int) -> None:
    """Killed after so many writes and run again, it ends as if nothing had been: no thing twice,
    none forgotten, and nothing left to do.

    A kill after a call that reads leaves the account as the write before it left it, and the next
    run knows nothing but the account. So the kills after all calls from this write up to the next
    are one and the same; the kill after no write at all is the one after the first call.
    """
    _, end = _whole(flow)
    assert standstill.killed(flow, writes) == ([], end)
