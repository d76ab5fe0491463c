"""Two releases of the server at once."""

from typing import Any

import pytest

from deploy.errors import DeployError, Failed, LeaseHeld
from deploy.releases.fleet import look
from deploy.releases.lease import Lease
from deploy.releases.refresh import Manner, Refreshes
from tests.deploy.scenes import Scene, push


def start_aside(world: Scene, digest: str, **manner: Any) -> str:
    """A refresh that somebody else started; the number of its version."""
    with world.twin.aside():
        version = world.rollout()._versions.wanted(digest, world.rendering.render(digest))  # noqa: SLF001 - the very same version
        fleet = look(world.aws, world.place.group)
        Refreshes(world.aws, world.place.group).start(fleet, version.number, Manner(10, **manner))
    return version.number


def test_same_version_going_on_is_adopted(world: Scene, old: str) -> None:
    """A refresh that another run left behind is watched to its end, not started anew."""
    new = push(world.twin, "b")
    start_aside(world, new)
    assert world.release(new).outcome == "succeeded"
    assert "autoscaling.StartInstanceRefresh" not in world.twin.calls.names
    assert "adopts the refresh" in world.said.getvalue()


def test_another_version_going_on_is_waited_for(world: Scene, old: str) -> None:
    """The one that came first ends first, and the output says which."""
    other, new = push(world.twin, "b"), push(world.twin, "c")
    number = start_aside(world, other)
    assert world.release(new).outcome == "succeeded"
    assert world.serving() == {new: 2}
    ended = [one.status for one in world.twin.refreshes.of(world.place.group)]
    assert ended == ["Successful", "Successful"]
    assert f"to version {number}" in world.said.getvalue()
    assert "waits for the refresh" in world.said.getvalue()


def test_another_version_going_on_is_superseded(world: Scene, old: str) -> None:
    """By choice it is cancelled where it is, and the new one goes on from there."""
    other, new = push(world.twin, "b"), push(world.twin, "c")
    start_aside(world, other)
    world.twin.clock.advance(60)
    assert world.release(new, supersede=True).outcome == "succeeded"
    assert world.serving() == {new: 2}
    ended = [one.status for one in world.twin.refreshes.of(world.place.group)]
    assert ended == ["Successful", "Cancelled"]
    assert "cancels the refresh" in world.said.getvalue()


def test_refresh_by_hand_at_the_same_moment(world: Scene, old: str) -> None:
    """Somebody without the lease was faster: said so, and nothing of theirs is touched."""
    new = push(world.twin, "b")
    world.twin.faults.on("autoscaling.StartInstanceRefresh", error="InstanceRefreshInProgress")
    with pytest.raises(Failed, match="somebody started it by hand"):
        world.release(new)


def test_two_at_once(world: Scene, old: str) -> None:
    """The second is told who is at it since when, and changes nothing."""
    new = push(world.twin, "b")
    errors: list[DeployError] = []

    def second() -> None:
        with world.twin.aside(), pytest.raises(LeaseHeld) as held:
            world.release(push(world.twin, "c"))
        errors.append(held.value)

    world.twin.clock.after(65, second)
    assert world.release(new).outcome == "succeeded"
    assert errors[0].exit_code == 9
    assert "ann has been deploying since 2026-01-05 12:" in str(errors[0])
    assert world.serving() == {new: 2}


def test_lease_lost_during_the_smoke_test(world: Scene, old: str) -> None:
    """Somebody else deploys by now: the way back is not begun beside them."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)

    def hang() -> set[str]:
        world.aws.sleep(70)
        Lease(world.aws, world.place.bucket, world.place.door, owner="bob").__enter__()
        return {new}

    world.smoke.fleet = hang
    with pytest.raises(LeaseHeld, match="bob has been deploying"):
        world.release(new)
    assert len(world.twin.refreshes.of(world.place.group)) == 1
