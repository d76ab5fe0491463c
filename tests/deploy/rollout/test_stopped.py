"""Releases of the server that somebody stops, or that run out of time."""

import pytest

from deploy.errors import Aborted, TimedOut
from deploy.releases.attempt import Order
from tests.deploy.rollout.interrupting import interrupting
from tests.deploy.scenes import Scene, push


def test_cancelled_by_somebody(world: Scene, old: str) -> None:
    """A refresh that somebody cancels ends as aborted, the instances as they were then."""
    new = push(world.twin, "b")

    def cancel() -> None:
        with world.twin.aside():
            world.twin.client("autoscaling").cancel_instance_refresh(
                AutoScalingGroupName=world.place.group
            )

    world.twin.clock.after(55, cancel)
    with pytest.raises(Aborted) as aborted:
        world.release(new)
    assert aborted.value.exit_code == 8
    assert world.records()[0].outcome == "aborted"
    assert world.release(new).outcome == "succeeded"


def test_cancelled_run(world: Scene, old: str) -> None:
    """A run that is stopped says what goes on, gives the lease back, and can be resumed."""
    new = push(world.twin, "b")
    world.aws.sleep = interrupting(world, 50)
    with pytest.raises(Aborted, match="python -m deploy abort server --env staging") as stopped:
        world.release(new)
    assert f"python -m deploy release server --env staging --image {new}`" in str(stopped.value)
    assert world.records()[0].outcome == "aborted"
    world.aws.sleep = world.twin.clock.sleep
    assert world.release(new).outcome == "succeeded"
    assert len(world.twin.refreshes.of(world.place.group)) == 1


def test_timed_out_run_cancels_nothing(world: Scene, old: str) -> None:
    """The time is over, the refresh goes on, and the message says so."""
    new = push(world.twin, "b")
    with pytest.raises(TimedOut, match="Nothing was cancelled") as late:
        world.rollout(timeout=40).release(Order(new, "ann"))
    assert late.value.exit_code == 7
    assert world.twin.refreshes.of(world.place.group)[0].active
    assert world.records()[0].outcome == "timed out"
