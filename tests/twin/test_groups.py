from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.twin.twin import Twin
from tests.twin.worlds import Stack, stack


def test_an_instance_that_fails_its_checks_is_replaced(app: Stack) -> None:
    """With ELB health checks an unhealthy target goes, and another comes in its place."""
    one = app.members()[0]["InstanceId"]
    app.twin.health.script(instance=one, becomes="unhealthy", after=0)
    app.twin.clock.advance(10)
    sick = next(member for member in app.members() if member["InstanceId"] == one)
    assert (sick["HealthStatus"], sick["LifecycleState"]) == ("Unhealthy", "Terminating")
    app.twin.clock.advance(120)
    ids = [member["InstanceId"] for member in app.members()]
    assert len(ids) == 2
    assert one not in ids


def test_the_grace_period_spares_a_young_instance(twin: Twin) -> None:
    """Within the grace period nobody is replaced for what the balancer says."""
    app = stack(twin, capacity=0)
    twin.health.script(becomes="unhealthy", after=0)
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    twin.clock.advance(70)
    assert [one["LifecycleState"] for one in app.members()] == ["InService"]
    twin.clock.advance(30)
    assert "Terminating" in [one["LifecycleState"] for one in app.members()]


def test_ec2_health_checks_ignore_the_balancer(app: Stack) -> None:
    """Without ELB health checks an unhealthy target stays in the group."""
    app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", HealthCheckType="EC2")
    app.twin.health.script(becomes="unhealthy", after=0)
    app.twin.clock.advance(120)
    assert [one["LifecycleState"] for one in app.members()] == ["InService", "InService"]


def test_an_instance_may_report_itself(app: Stack) -> None:
    """SetInstanceHealth is acted on at the next look, grace period or not."""
    one = app.members()[0]["InstanceId"]
    app.autoscaling.set_instance_health(InstanceId=one, HealthStatus="Unhealthy")
    app.twin.clock.advance(120)
    assert one not in [member["InstanceId"] for member in app.members()]
    answer = app.autoscaling.describe_scaling_activities(AutoScalingGroupName="app")
    assert any("user health-check" in each["Cause"] for each in answer["Activities"])


def test_a_terminated_instance_is_replaced(app: Stack) -> None:
    """Whoever terminates a member by hand gets a new one."""
    one = app.members()[0]["InstanceId"]
    app.ec2.terminate_instances(InstanceIds=[one])
    app.twin.clock.advance(120)
    ids = [member["InstanceId"] for member in app.members()]
    assert one not in ids
    assert len(ids) == 2


@pytest.mark.parametrize(("decrement", "left"), [(True, 1), (False, 2)])
def test_terminating_through_the_group(app: Stack, *, decrement: bool, left: int) -> None:
    """TerminateInstanceInAutoScalingGroup lowers the desired capacity only if told to."""
    one = app.members()[0]["InstanceId"]
    app.autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=one, ShouldDecrementDesiredCapacity=decrement
    )
    app.twin.clock.advance(120)
    ids = [member["InstanceId"] for member in app.members()]
    assert len(ids) == left
    assert one not in ids
    with pytest.raises(ClientError, match="No managed instance found"):
        app.autoscaling.terminate_instance_in_auto_scaling_group(
            InstanceId=one, ShouldDecrementDesiredCapacity=False
        )


def test_a_group_with_instances_is_not_deleted(app: Stack) -> None:
    """ResourceInUse, and nothing happens to it."""
    with pytest.raises(app.autoscaling.exceptions.ResourceInUseFault):
        app.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="app")
    assert app.versions() == ["1", "1"]


def test_force_deletes_as_the_instances_end(app: Stack) -> None:
    """The group is there, with a status, until its last instance is terminated."""
    app.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="app", ForceDelete=True)
    assert app.group()["Status"] == "Delete in progress"
    with pytest.raises(app.autoscaling.exceptions.AlreadyExistsFault):
        app.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName="app",
            LaunchTemplate={"LaunchTemplateId": app.template, "Version": "1"},
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=["us-east-1a"],
        )
    app.twin.clock.advance(60)
    assert not app.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert not app.autoscaling.describe_policies()["ScalingPolicies"]


def test_an_empty_group_is_deleted_with_what_belongs_to_it(app: Stack) -> None:
    """Policies, scheduled actions and hooks do not outlive their group."""
    app.autoscaling.put_scaling_policy(
        AutoScalingGroupName="app", PolicyName="p", AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
    )  # fmt: skip
    app.autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName="app", ScheduledActionName="night", Recurrence="0 22 * * *", MinSize=0
    )
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    app.twin.clock.advance(120)
    app.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="app")
    assert not app.autoscaling.describe_policies()["ScalingPolicies"]
    assert not app.autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]


def test_a_target_group_attached_later_gets_the_members(twin: Twin) -> None:
    """Attaching registers who is in service."""
    app = stack(twin)
    other = app.elbv2.create_target_group(Name="other", Protocol="HTTP", Port=80, VpcId=_vpc(app))[
        "TargetGroups"
    ][0]["TargetGroupArn"]
    app.autoscaling.attach_load_balancer_target_groups(
        AutoScalingGroupName="app", TargetGroupARNs=[other]
    )
    answer = app.elbv2.describe_target_health(TargetGroupArn=other)
    assert len(answer["TargetHealthDescriptions"]) == 2


def _vpc(app: Stack) -> str:
    return str(app.ec2.describe_vpcs()["Vpcs"][0]["VpcId"])
