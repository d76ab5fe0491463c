from __future__ import annotations

from tests.twin.worlds import Stack

NEW = "sha256:" + "c" * 64


def test_a_good_version_goes_through_every_status(app: Stack) -> None:
    """Pending, InProgress, Baking, Successful: and only then is the group's template updated."""
    app.start_refresh(app.new_version(NEW), BakeTime=60)
    assert app.group()["LaunchTemplate"]["Version"] == "1"
    assert app.follow() == ["Pending", "InProgress", "Baking", "Successful"]
    assert app.versions() == ["2", "2"]
    assert app.group()["LaunchTemplate"]["Version"] == "2"
    assert app.refresh()["PercentageComplete"] == 100
    assert app.refresh()["InstancesToUpdate"] == 0


def test_the_group_keeps_its_version_until_the_end(app: Stack) -> None:
    """While it bakes all instances are new, and the group still names the old version."""
    app.start_refresh(app.new_version(NEW), BakeTime=600)
    app.until(Status="Baking")
    assert app.versions() == ["2", "2"]
    assert app.group()["LaunchTemplate"]["Version"] == "1"


def test_it_launches_before_it_terminates(app: Stack) -> None:
    """With 100/200 two instances are healthy at every moment, one more while one is replaced."""
    app.start_refresh(app.new_version(NEW))
    sizes = set()
    while "EndTime" not in app.refresh():
        healthy = [one for one in app.health().values() if one[0] == "healthy"]
        assert len(healthy) >= 2
        sizes.add(len(app.versions()))
        app.twin.clock.advance(10)
    assert sizes == {2, 3}


def test_it_terminates_first_where_less_capacity_is_allowed(app: Stack) -> None:
    """With a minimum of 50 percent one of two goes before its successor comes."""
    app.start_refresh(app.new_version(NEW), MinHealthyPercentage=50, MaxHealthyPercentage=100)
    sizes = set()
    while "EndTime" not in app.refresh():
        sizes.add(len(app.versions()))
        app.twin.clock.advance(10)
    assert max(sizes) == 2
    assert app.versions() == ["2", "2"]


def test_progress_rises_instance_by_instance(app: Stack) -> None:
    """PercentageComplete goes 0, 50, 100 for two instances, InstancesToUpdate 2, 1, 0."""
    app.start_refresh(app.new_version(NEW))
    seen: list[tuple[int, int]] = []
    while "EndTime" not in app.refresh():
        app.twin.clock.advance(10)
        refresh = app.refresh()
        progress = (refresh["PercentageComplete"], refresh["InstancesToUpdate"])
        seen += [progress] if progress not in seen else []
    assert seen == [(0, 2), (50, 1), (100, 0)]


def test_it_says_what_it_waits_for(app: Stack) -> None:
    """The reason names an instance: first without health data, then warming up."""
    app.start_refresh(app.new_version(NEW), InstanceWarmup=120)
    app.twin.clock.advance(20)
    assert "insufficient data to evaluate its health" in app.refresh()["StatusReason"]
    app.twin.clock.advance(60)
    assert "is warming up" in app.refresh()["StatusReason"]


def test_new_instances_carry_the_tags_and_data_of_their_version(app: Stack) -> None:
    """What replaced the old ones was really launched from the new version."""
    app.start_refresh(app.new_version(NEW))
    app.follow()
    ids = [one["InstanceId"] for one in app.members() if one["LifecycleState"] == "InService"]
    found = app.ec2.describe_instances(InstanceIds=ids)["Reservations"]
    for reservation in found:
        instance = reservation["Instances"][0]
        assert {"Key": "digest", "Value": NEW} in instance["Tags"]
        assert instance["MetadataOptions"]["HttpTokens"] == "required"
        assert instance["LaunchTime"] > app.twin.clock.now().replace(hour=0)


def test_skip_matching_makes_the_same_version_a_no_op(app: Stack) -> None:
    """Nothing is launched or terminated where all instances have the version already."""
    before = {one["InstanceId"] for one in app.members()}
    app.start_refresh("1")
    assert app.follow()[-1] == "Successful"
    assert {one["InstanceId"] for one in app.members()} == before


def test_without_skip_matching_the_same_version_is_replaced(app: Stack) -> None:
    """By default every instance goes, whatever launched it."""
    before = {one["InstanceId"] for one in app.members()}
    app.start_refresh("1", SkipMatching=False)
    assert app.follow()[-1] == "Successful"
    app.twin.clock.advance(120)
    assert before.isdisjoint(one["InstanceId"] for one in app.members())


def test_a_checkpoint_pauses(app: Stack) -> None:
    """At 50 percent it waits for the delay, then goes on."""
    app.start_refresh(app.new_version(NEW), CheckpointPercentages=[50, 100], CheckpointDelay=900)
    app.until(PercentageComplete=50)
    app.twin.clock.advance(600)
    assert app.refresh()["PercentageComplete"] == 50
    assert "checkpoint" in app.refresh()["StatusReason"]
    assert app.follow()[-1] == "Successful"


def test_a_protected_instance_is_waited_for(app: Stack) -> None:
    """With the default Wait the refresh stalls until it fails; with Refresh it does not."""
    app.twin.refreshes.patience = 300
    ids = [one["InstanceId"] for one in app.members()]
    app.autoscaling.set_instance_protection(
        AutoScalingGroupName="app", InstanceIds=ids, ProtectedFromScaleIn=True
    )
    version = app.new_version(NEW)
    app.start_refresh(version)
    app.twin.clock.advance(200)
    assert "protected" in app.refresh()["StatusReason"]
    assert app.follow()[-1] == "RollbackSuccessful"
    app.start_refresh(version, ScaleInProtectedInstances="Refresh")
    assert app.follow()[-1] == "Successful"


def test_ignored_instances_stay(app: Stack) -> None:
    """ScaleInProtectedInstances=Ignore leaves protected instances as they are."""
    ids = [one["InstanceId"] for one in app.members()]
    app.autoscaling.set_instance_protection(
        AutoScalingGroupName="app", InstanceIds=ids[:1], ProtectedFromScaleIn=True
    )
    app.start_refresh(app.new_version(NEW), ScaleInProtectedInstances="Ignore")
    assert app.follow()[-1] == "Successful"
    assert app.versions() == ["1", "2"]


def test_an_instance_in_standby_is_waited_for(app: Stack) -> None:
    """StandbyInstances=Wait stalls on it, Ignore passes it by."""
    app.autoscaling.enter_standby(
        AutoScalingGroupName="app",
        InstanceIds=[app.members()[0]["InstanceId"]],
        ShouldDecrementDesiredCapacity=True,
    )
    version = app.new_version(NEW)
    app.start_refresh(version)
    app.twin.clock.advance(600)
    assert "standby" in app.refresh()["StatusReason"]
    app.autoscaling.cancel_instance_refresh(AutoScalingGroupName="app")
    app.follow()
    app.start_refresh(version, StandbyInstances="Ignore")
    assert app.follow()[-1] == "Successful"


def test_an_empty_group_takes_the_version_over(app: Stack) -> None:
    """There is nothing to replace, so that only the template changes; then it can be filled."""
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    app.twin.clock.advance(120)
    app.start_refresh(app.new_version(NEW))
    assert app.follow()[-1] == "Successful"
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    app.twin.clock.advance(60)
    assert app.versions() == ["2"]


def test_scaling_out_meanwhile_launches_the_new_version(app: Stack) -> None:
    """During a refresh the desired configuration counts, not the group's own."""
    app.start_refresh(app.new_version(NEW), BakeTime=600)
    app.until(Status="Baking")
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=3)
    app.twin.clock.advance(60)
    assert app.versions() == ["2", "2", "2"]


def test_a_failed_launch_holds_it_up_and_is_tried_again(app: Stack) -> None:
    """Want of capacity shows in the activities; the refresh gets through when it is over."""
    app.twin.fleet.fail_launches(2)
    app.start_refresh(app.new_version(NEW))
    app.twin.clock.advance(20)
    assert app.refresh()["StatusReason"].endswith("No instance could be launched.")
    assert app.follow()[-1] == "Successful"
    assert app.versions() == ["2", "2"]
