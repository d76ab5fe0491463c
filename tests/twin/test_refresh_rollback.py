from __future__ import annotations

from tests.twin.worlds import BAD, GOOD, Stack, watching

NEW = "sha256:" + "c" * 64


def test_an_unhealthy_version_is_rolled_back_for_real(app: Stack) -> None:
    """After an hour without a healthy instance the old version serves alone again."""
    app.twin.health.script(digest=BAD, becomes="unhealthy")
    app.start_refresh(app.new_version(BAD))
    assert app.follow(step=60) == ["Pending", "InProgress", "RollbackSuccessful"]
    assert app.versions() == ["1", "1"]
    assert app.group()["LaunchTemplate"]["Version"] == "1"
    assert "no progress for an hour" in app.refresh()["RollbackDetails"]["RollbackReason"]


def test_without_auto_rollback_it_fails_and_leaves_what_it_did(app: Stack) -> None:
    """Failed: nobody goes back, and the group's template is still the old one."""
    app.alarm("errors")
    app.start_refresh(app.new_version(NEW), AutoRollback=False, **watching("errors"))
    app.until(PercentageComplete=50)
    app.twin.alarms.set("errors", "ALARM")
    assert app.follow()[-1] == "Failed"
    assert app.versions() == ["1", "2"]
    assert "errors" in app.refresh()["StatusReason"]


def test_an_alarm_at_a_scheduled_moment_rolls_back(app: Stack) -> None:
    """An alarm that goes off during the bake takes a finished rollout back."""
    app.alarm("errors")
    app.start_refresh(app.new_version(NEW), BakeTime=900, **watching("errors"))
    app.until(Status="Baking")
    app.twin.alarms.set("errors", "ALARM", after=300)
    assert app.follow() == ["Baking", "RollbackInProgress", "RollbackSuccessful"]
    assert app.versions() == ["1", "1"]


def test_progress_falls_in_a_rollback(app: Stack) -> None:
    """PercentageComplete goes back towards 0, and RollbackDetails keep how far it had come."""
    app.alarm("errors")
    app.start_refresh(app.new_version(NEW), BakeTime=900, **watching("errors"))
    app.until(Status="Baking")
    app.twin.alarms.set("errors", "ALARM")
    seen = []
    while "EndTime" not in app.refresh():
        seen.append(app.refresh()["PercentageComplete"])
        app.twin.clock.advance(10)
    assert seen == sorted(seen, reverse=True)
    assert {100, 50} <= set(seen)
    assert app.refresh()["PercentageComplete"] == 0
    assert app.refresh()["RollbackDetails"]["PercentageCompleteOnRollback"] == 100


def test_an_alarm_that_is_on_already_fails_at_once(app: Stack) -> None:
    """Nothing is launched where an alarm of the specification is in ALARM from the start."""
    app.alarm("errors")
    app.twin.alarms.set("errors", "ALARM")
    app.start_refresh(app.new_version(NEW), **watching("errors"))
    assert app.follow(step=5) == ["Pending", "RollbackInProgress", "RollbackSuccessful"]
    assert app.versions() == ["1", "1"]


def test_a_rollback_can_fail(app: Stack) -> None:
    """If the old version does not become healthy again either, the end is RollbackFailed."""
    app.twin.refreshes.patience = 300
    app.alarm("errors")
    app.start_refresh(app.new_version(NEW), BakeTime=60, **watching("errors"))
    app.until(Status="Baking")
    app.twin.health.script(digest=GOOD, becomes="unhealthy")
    app.twin.alarms.set("errors", "ALARM")
    assert app.follow() == ["Baking", "RollbackInProgress", "RollbackFailed"]
    assert app.group()["LaunchTemplate"]["Version"] == "1"


def test_the_user_may_roll_back_while_it_goes_on(app: Stack) -> None:
    """RollbackInstanceRefresh shows at once, and puts the old version back."""
    app.start_refresh(app.new_version(NEW))
    app.until(PercentageComplete=50)
    app.autoscaling.rollback_instance_refresh(AutoScalingGroupName="app")
    assert app.refresh()["Status"] == "RollbackInProgress"
    assert app.follow()[-1] == "RollbackSuccessful"
    assert app.versions() == ["1", "1"]


def test_cancelling_leaves_the_group_mixed(app: Stack) -> None:
    """Cancelling, Cancelled: what was replaced stays, and capacity is as desired."""
    app.start_refresh(app.new_version(NEW))
    app.until(PercentageComplete=50)
    app.autoscaling.cancel_instance_refresh(AutoScalingGroupName="app")
    assert app.refresh()["Status"] == "Cancelling"
    assert app.follow()[-1] == "Cancelled"
    app.twin.clock.advance(120)
    assert len(app.versions()) == 2
    assert "2" in app.versions()


def test_cancelling_without_waiting_ends_at_once(app: Stack) -> None:
    """WaitForTransitioningInstances=False does not wait for what is being launched."""
    app.start_refresh(app.new_version(NEW))
    app.twin.clock.advance(15)
    app.autoscaling.cancel_instance_refresh(
        AutoScalingGroupName="app", WaitForTransitioningInstances=False
    )
    assert app.refresh()["Status"] == "Cancelled"
    app.twin.clock.advance(300)
    assert app.refresh()["Status"] == "Cancelled"


def test_a_rollback_can_be_cancelled(app: Stack) -> None:
    """The way back is cancelled as the way forward is."""
    app.start_refresh(app.new_version(NEW))
    app.until(PercentageComplete=50)
    app.autoscaling.rollback_instance_refresh(AutoScalingGroupName="app")
    app.twin.clock.advance(10)
    app.autoscaling.cancel_instance_refresh(AutoScalingGroupName="app")
    assert app.follow()[-1] == "Cancelled"
