"""Two releases of the function, one of which may be dead."""

import pytest

from deploy.errors import Aborted, Failed, LeaseHeld, Refused, RolledBack
from deploy.releases.abort import abort_canary
from deploy.releases.attempt import Order
from deploy.releases.lease import LeaseLost, key_of
from deploy.releases.traffic import Published, Traffic
from deploy.resources.function_state import FunctionState
from tests.deploy.functions import URI, FunctionScene
from tests.deploy.scenes import push
from tests.twin.faults import Interrupted


def die_in_the_bake(world: FunctionScene, digest: str) -> None:
    """Kill a release while a share is watched, and let its lease run out."""
    world.twin.clock.after(30, lambda: world.twin.faults.interrupt_after(1))
    with pytest.raises(Interrupted):
        world.release(digest)
    world.twin.faults.clear()
    world.twin.clock.advance(61)
    assert world.traffic() == Traffic("1", {"2": 0.1})


def test_abandoned_share_is_superseded(world: FunctionScene, old: str) -> None:
    """What a dead run left is replaced, and the output says so."""
    other, new = push(world.twin, "b"), push(world.twin, "c")
    die_in_the_bake(world, other)
    assert world.release(new).outcome == "succeeded"
    assert world.traffic() == Traffic("3")
    assert "supersedes version 2" in world.said.getvalue()


def test_alarm_after_a_dead_run(world: FunctionScene, old: str) -> None:
    """The share that it left ends, whichever image is released next."""
    new, other = push(world.twin, "b"), push(world.twin, "c")
    for digest, error in ((new, RolledBack), (other, Refused)):
        world.twin.alarms.set(world.place.alarms[0], "OK")
        die_in_the_bake(world, new)
        world.twin.alarms.set(world.place.alarms[0], "ALARM")
        with pytest.raises(error):
            world.release(digest)
        assert world.traffic() == Traffic("1")


def test_lost_lease_leaves_the_share_to_its_owner(world: FunctionScene, old: str) -> None:
    """Whoever has taken the lease decides what becomes of it."""

    def take() -> None:
        with world.twin.aside():
            world.twin.client("s3").delete_object(
                Bucket=world.place.bucket, Key=key_of(world.place.door)
            )

    world.twin.clock.after(30, take)
    with pytest.raises(LeaseLost, match="taken away with `unlock` while this run held it"):
        world.release(push(world.twin, "b"))
    assert world.traffic() == Traffic("1", {"2": 0.1})
    assert world.records()[0].outcome == "lost its lease"


def test_share_that_is_taken_away(world: FunctionScene, old: str) -> None:
    """`abort` from elsewhere: the release does not put the image back that somebody stopped."""

    def abort() -> None:
        with world.twin.aside():
            abort_canary(world.aws, world.place)

    world.twin.clock.after(30, abort)
    with pytest.raises(Aborted, match="has lost its share"):
        world.release(push(world.twin, "b"))
    assert world.traffic() == Traffic("1")


def test_two_at_once(world: FunctionScene, old: str) -> None:
    """The second is told, and changes nothing."""
    new = push(world.twin, "b")

    def second() -> None:
        with world.twin.aside(), pytest.raises(LeaseHeld):
            world.release(old)

    world.twin.clock.after(30, second)
    assert world.release(new).outcome == "succeeded"


def test_run_that_hung_writes_nothing(
    world: FunctionScene, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another has released meanwhile: the late one finds its lease lost before it writes."""
    late, other = push(world.twin, "b"), push(world.twin, "c")
    canary, look = world.canary(), Published.state
    hung: list[float] = []

    def hang(published: Published) -> FunctionState:
        if not hung:
            hung.append(120)
            world.twin.clock.advance(120)
            with world.twin.aside():
                world.release(other)
        return look(published)

    monkeypatch.setattr(Published, "state", hang)
    with pytest.raises(LeaseLost):
        canary.release(Order(late, "ann"))
    assert world.image("$LATEST") == other
    assert world.traffic() == Traffic("2")


def test_another_image_at_the_last_moment(
    world: FunctionScene, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written by somebody without the lease: what is published is the order's image, or nothing."""
    new, other = push(world.twin, "b"), push(world.twin, "c")
    publish = Published.publish

    def late(published: Published, digest: str) -> str:
        with world.twin.aside():
            published.take(f"{URI}@{other}", "x86_64")
            world.twin.clock.advance(10)
        return publish(published, digest)

    monkeypatch.setattr(Published, "publish", late)
    with pytest.raises(Failed, match=f"is {other} by now, not {new}"):
        world.release(new)
    assert world.traffic() == Traffic("1")
    assert [each for _, each in world.versions()] == [old]
