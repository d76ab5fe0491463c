"""The first release of the server, into an empty group."""

import pytest

from deploy.errors import Failed
from tests.deploy.scenes import Scene, push


def test_first_release_fills_the_group(world: Scene) -> None:
    """An empty group is moved to the version first and gets its sizes then."""
    digest = push(world.twin, "a")
    record = world.release(digest, commit="c0ffee")
    assert record.outcome == "succeeded"
    assert world.serving() == {digest: 2}
    assert world.end()["sizes"] == (2, 2, 4)
    assert world.records() == [record]
    assert list(record.phases) == ["version", "refresh", "health", "smoke"]


def test_smoke_failure_of_the_first_release_leaves_it(world: Scene) -> None:
    """There is nothing to go back to; the next release goes on at the smoke test."""
    digest = push(world.twin, "a")
    world.smoke.bad.add(digest)
    with pytest.raises(Failed, match="nothing to go back to") as failed:
        world.release(digest)
    assert failed.value.exit_code == 4
    assert world.serving() == {digest: 2}
    world.smoke.bad.clear()
    assert world.release(digest).outcome == "succeeded"
    assert world.end()["versions"][-1][0] == 2


def test_first_release_that_never_comes_up_empties_the_group(world: Scene) -> None:
    """Instances that cannot serve are not launched over and over at somebody's expense."""
    digest = push(world.twin, "a")
    world.twin.health.script(digest=digest, becomes="unhealthy")
    with pytest.raises(Failed, match="the group is empty again"):
        world.release(digest)
    assert world.group()["MaxSize"] == 0
    assert world.group()["LaunchTemplate"]["Version"] == "1"
    good = push(world.twin, "b")
    assert world.release(good).outcome == "succeeded"
