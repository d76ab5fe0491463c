"""The way back of the server after a smoke test that failed."""

import pytest

from deploy.errors import Aborted, RollbackFailed, RolledBack
from deploy.releases.abort import abort_refresh
from deploy.releases.attempt import Order
from deploy.releases.progress import Progress
from tests.deploy.rollout.interrupting import interrupting
from tests.deploy.scenes import Scene, push


def test_smoke_failure_releases_the_version_before(world: Scene, old: str) -> None:
    """What AWS finds healthy may still answer wrongly: then a second refresh goes back."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    with pytest.raises(RolledBack, match="where the golden row says"):
        world.release(new)
    assert world.serving() == {old: 2}
    assert world.group()["LaunchTemplate"]["Version"] == "2"
    record = world.records()[0]
    assert record.reason == "POST /predict gave 1.00 where the golden row says 19.76."
    assert (record.version, record.before) == ("3", old)
    assert "way back" in record.phases


def test_way_back_that_fails_after_the_smoke_test(world: Scene, old: str) -> None:
    """A second refresh may fail too."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    world.twin.clock.after(140, lambda: world.twin.health.script(digest=old, becomes="unhealthy"))
    with pytest.raises(RollbackFailed, match="The way back"):
        world.release(new)


@pytest.mark.parametrize("fault", ["AccessDenied", "InstanceRefreshInProgress"])
def test_way_back_that_cannot_begin(world: Scene, old: str, fault: str) -> None:
    """Whatever keeps it from its end, a person must look: and is told what serves."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    world.twin.faults.on("autoscaling.StartInstanceRefresh", nth=2, error=fault)
    with pytest.raises(RollbackFailed) as failed:
        world.release(new)
    assert "golden row" in str(failed.value)
    assert "The way back:" in str(failed.value)
    assert f"serves     2 of 2 instances: {new}" in str(failed.value)
    assert world.records()[0].outcome == "rollback failed"


def test_way_back_that_does_not_end_in_time(world: Scene, old: str) -> None:
    """It goes on, and the bad image may still serve."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    with pytest.raises(RollbackFailed, match="The way back: The time of 2:50 is over"):
        world.rollout(timeout=170).release(Order(new, "ann"))


def test_way_back_that_is_interrupted(world: Scene, old: str) -> None:
    """A person who stops it knows."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    world.aws.sleep = interrupting(world, 170)
    with pytest.raises(Aborted):
        world.release(new)


def test_abort_on_the_way_back(world: Scene, old: str) -> None:
    """It follows the way back: undone, that would lead to the bad image again."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    ended: list[str | None] = []

    def abort() -> None:
        with world.twin.aside():
            if len(world.twin.refreshes.of(world.place.group)) < 2:
                world.twin.clock.after(5, abort)
                return
            progress = Progress(world.said, world.aws.clock)
            ended.append(abort_refresh(world.aws, world.place, progress, timeout=900, who="bob"))

    world.twin.clock.after(5, abort)
    with pytest.raises(RolledBack):
        world.release(new)
    assert world.serving() == {old: 2}
    assert ended == ["Successful"]
