"""Releases of the server that are refused, or that nobody can test."""

import pytest

from deploy.errors import Failed, Refused
from deploy.releases.smoke import Unasked
from tests.deploy.scenes import Scene, push


def test_firing_alarm_refuses_before_anything_starts(world: Scene, old: str) -> None:
    """AWS would fail the refresh at once; nothing is recorded, because nothing was done."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM", reason="3 errors of 100")
    with pytest.raises(Refused, match=r"errors is in ALARM \(3 errors of 100\)"):
        world.release(new)
    assert "autoscaling.StartInstanceRefresh" not in world.twin.calls.names
    assert [record.digest for record in world.records()] == [old]


def test_unknown_digest_is_refused(world: Scene, old: str) -> None:
    """What the registry does not hold is not released, and the tags it has are named."""
    with pytest.raises(Refused, match="Its tags are a:"):
        world.release("sha256:" + "f" * 64)
    assert "ec2.CreateLaunchTemplateVersion" not in world.twin.calls.names


def test_denied_call_names_the_action(world: Scene, old: str) -> None:
    """A role that lacks a right fails in words, and the history has it."""
    new = push(world.twin, "b")
    world.twin.faults.on("autoscaling.StartInstanceRefresh", error="AccessDenied")
    with pytest.raises(Failed, match="may not do autoscaling:StartInstanceRefresh"):
        world.release(new)
    assert world.records()[0].outcome == "failed"


def test_service_out_of_reach_refuses_before_anything_starts(world: Scene, old: str) -> None:
    """What cannot be asked now could not be asked afterwards: no instance is replaced."""
    new = push(world.twin, "b")
    world.smoke.closed = "GET http://shop/model gave no answer (timed out)."
    with pytest.raises(Refused, match=r"timed out.*--no-smoke"):
        world.release(new)
    assert "autoscaling.StartInstanceRefresh" not in world.twin.calls.names
    assert [record.digest for record in world.records()] == [old]


def test_no_smoke(world: Scene, old: str) -> None:
    """By choice nobody asks, before or after."""
    new = push(world.twin, "b")
    world.smoke.closed = "no answer"
    record = world.release(new, smoke=False)
    assert (record.outcome, record.model_version) == ("succeeded", "")
    assert world.smoke.asked == 0
    assert world.serving() == {new: 2}


def test_service_that_cannot_be_asked_any_more_stays(world: Scene, old: str) -> None:
    """It may be good: that it is untested is said, and the next release tests it."""
    new = push(world.twin, "b")
    world.twin.clock.after(60, lambda: setattr(world.smoke, "closed", "gave 401."))
    with pytest.raises(Unasked, match=r"401.\nThe new image serves, untested") as unasked:
        world.release(new)
    assert unasked.value.exit_code == 4
    assert world.serving() == {new: 2}
    assert world.records()[0].outcome == "untested"
    world.smoke.closed = ""
    assert world.release(new).outcome == "succeeded"
    assert len(world.twin.refreshes.of(world.place.group)) == 1
