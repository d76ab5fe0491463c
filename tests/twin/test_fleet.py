from __future__ import annotations

from typing import Any

from tests.twin.twin import Twin
from tests.twin.worlds import GOOD, Stack, stack


def test_launching_takes_time(twin: Twin) -> None:
    """Pending, then InService; the instance runs when its member is in service."""
    app = stack(twin, capacity=0)
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    member = app.members()[0]
    assert member["LifecycleState"] == "Pending"
    assert _state(app, member["InstanceId"]) == "pending"
    twin.clock.advance(20)
    assert app.members()[0]["LifecycleState"] == "InService"
    assert _state(app, member["InstanceId"]) == "running"


def test_terminating_drains_first(app: Stack) -> None:
    """Terminating until its connections are drained and it is shut down, then gone."""
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    going = next(x for x in app.members() if x["LifecycleState"] == "Terminating")
    assert app.health()[going["InstanceId"]][0] == "draining"
    app.twin.clock.advance(59)
    assert _state(app, going["InstanceId"]) == "running"
    app.twin.clock.advance(1)
    assert _state(app, going["InstanceId"]) == "terminated"
    assert len(app.members()) == 1


def test_instances_are_spread_over_the_zones(app: Stack) -> None:
    """The next instance goes where fewest are."""
    assert {one["AvailabilityZone"] for one in app.members()} == {"us-east-1a", "us-east-1b"}


def test_a_group_without_subnets_spreads_over_its_zones(app: Stack) -> None:
    """Zones do where no subnet is named."""
    app.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="zones",
        LaunchTemplate={"LaunchTemplateId": app.template, "Version": "1"},
        MinSize=2,
        MaxSize=2,
        AvailabilityZones=["us-east-1a", "us-east-1b"],
    )
    answer = app.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["zones"])
    instances = answer["AutoScalingGroups"][0]["Instances"]
    assert {one["AvailabilityZone"] for one in instances} == {"us-east-1a", "us-east-1b"}


def test_an_instance_is_what_its_template_says(app: Stack) -> None:
    """Metadata options, disks, groups, tags and the version itself reach the instance."""
    instance = _instance(app, app.members()[0]["InstanceId"])
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert [one["GroupId"] for one in instance["SecurityGroups"]] == [app.groups[1]]
    assert {"Key": "digest", "Value": GOOD} in instance["Tags"]
    assert {"Key": "aws:autoscaling:groupName", "Value": "app"} in instance["Tags"]
    volumes = [one["Ebs"]["VolumeId"] for one in instance["BlockDeviceMappings"]]
    disks = app.ec2.describe_volumes(VolumeIds=volumes)["Volumes"]
    assert [(one["Encrypted"], one["VolumeType"]) for one in disks] == [(True, "gp3")]


def test_the_activities_tell_what_happened(app: Stack) -> None:
    """Newest first, with cause, times and status."""
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    newest, *older = _activities(app)
    assert newest["Description"].startswith("Terminating EC2 instance: i-")
    assert "changing the desired capacity from 2 to 1" in newest["Cause"]
    assert newest["StatusCode"] == "WaitingForELBConnectionDraining"
    assert "EndTime" not in newest
    app.twin.clock.advance(60)
    ended = _activities(app)[0]
    assert (ended["StatusCode"], ended["Progress"]) == ("Successful", 100)
    assert (ended["EndTime"] - ended["StartTime"]).total_seconds() == 60
    assert [one["StatusCode"] for one in older] == ["Successful", "Successful"]


def test_activities_come_in_pages_and_by_id(app: Stack) -> None:
    """MaxRecords, NextToken and ActivityIds are kept."""
    describe = app.autoscaling.describe_scaling_activities
    first = describe(AutoScalingGroupName="app", MaxRecords=1)
    second = describe(AutoScalingGroupName="app", NextToken=first["NextToken"])
    ids = [page["Activities"][0]["ActivityId"] for page in (first, second)]
    assert len(set(ids)) == 2
    named = describe(ActivityIds=ids[:1])
    assert [one["ActivityId"] for one in named["Activities"]] == ids[:1]
    assert [one.id for one in app.twin.activities.of("app")] == ids


def test_a_launch_can_fail_and_is_tried_again(twin: Twin) -> None:
    """The activity says why; half a minute later the next launch gets through."""
    app = stack(twin, capacity=0)
    twin.fleet.fail_launches(1, "There is no Spot capacity available.")
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    failed = _activities(app)[0]
    assert failed["StatusCode"] == "Failed"
    expected = "There is no Spot capacity available. Launching EC2 instance failed."
    assert failed["StatusMessage"] == expected
    assert not app.members()
    twin.clock.advance(60)
    assert [one["LifecycleState"] for one in app.members()] == ["InService"]


def test_the_architecture_has_to_fit(app: Stack) -> None:
    """An x86 image does not start on a Graviton instance: EC2 refuses, the activity tells."""
    app.ec2.create_launch_template_version(
        LaunchTemplateId=app.template,
        SourceVersion="1",
        LaunchTemplateData={"InstanceType": "t4g.micro"},
    )
    app.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="app",
        LaunchTemplate={"LaunchTemplateId": app.template, "Version": "2"},
        DesiredCapacity=3,
    )
    assert "architecture 'arm64'" in _activities(app)[0]["StatusMessage"]
    assert app.versions() == ["1", "1"]


def test_what_is_not_wanted_any_more_never_arrives(twin: Twin) -> None:
    """Scaling in before the launch is over cancels it."""
    app = stack(twin, capacity=0)
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    twin.clock.advance(120)
    assert not app.members()
    assert {one["StatusCode"] for one in _activities(app)} == {"Successful", "Cancelled"}


def test_protected_instances_are_not_scaled_in(app: Stack) -> None:
    """Scale-in protection holds against a lower desired capacity."""
    ids = [one["InstanceId"] for one in app.members()]
    app.autoscaling.set_instance_protection(
        AutoScalingGroupName="app", InstanceIds=ids, ProtectedFromScaleIn=True
    )
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    assert {one["LifecycleState"] for one in app.members()} == {"InService"}


def _activities(app: Stack) -> list[dict[str, Any]]:
    answer = app.autoscaling.describe_scaling_activities(AutoScalingGroupName="app")
    return list(answer["Activities"])


def _instance(app: Stack, instance_id: str) -> dict[str, Any]:
    answer = app.ec2.describe_instances(InstanceIds=[instance_id])
    return dict(answer["Reservations"][0]["Instances"][0])


def _state(app: Stack, instance_id: str) -> str:
    return str(_instance(app, instance_id)["State"]["Name"])
