"""The facts: what the offline AWS wants, read out of its own memory."""

import pytest

from deploy.names import IMAGE_TAG
from tests.rehearsal.facts import IDLE, facts_of
from tests.rehearsal.haproxy import Checks, Settings
from tests.twin.plugin import twin
from tests.twin.twin import Twin
from tests.twin.worlds import Stack, stack

__all__ = ["twin"]


@pytest.fixture
def app(twin: Twin) -> Stack:
    """Two healthy instances behind a balancer."""
    return stack(twin)


def test_instances_and_their_targets(app: Stack) -> None:
    """Each with its image and its own user data."""
    facts = facts_of(app.twin)
    assert len(facts.instances) == 2
    assert facts.targets == dict.fromkeys(facts.instances, False)
    for instance in facts.instances.values():
        tags = app.ec2.describe_instances(InstanceIds=[instance.name])
        (found,) = tags["Reservations"][0]["Instances"]
        named = {each["Key"]: each["Value"] for each in found["Tags"]}
        assert instance.digest == named.get(IMAGE_TAG, "")
        assert instance.digest in instance.user_data
        assert (instance.leaving, instance.lost) == (False, False)


def test_who_leaves_drains_first(app: Stack) -> None:
    """And is there until it has ended."""
    one = app.members()[0]["InstanceId"]
    app.autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=one, ShouldDecrementDesiredCapacity=True
    )
    facts = facts_of(app.twin)
    assert (facts.instances[one].leaving, facts.targets[one]) == (True, True)
    app.twin.clock.advance(30)
    assert one not in facts_of(app.twin).targets
    assert one in facts_of(app.twin).instances
    assert not facts.quiet
    assert not facts_of(app.twin).quiet
    app.twin.clock.advance(30)
    assert one not in facts_of(app.twin).instances
    assert facts_of(app.twin).quiet


def test_who_is_terminated_by_hand_is_lost(app: Stack) -> None:
    """Its group does not know yet."""
    one = app.members()[0]["InstanceId"]
    app.ec2.terminate_instances(InstanceIds=[one])
    instance = facts_of(app.twin).instances[one]
    assert (instance.leaving, instance.lost) == (False, True)


def test_the_listener_has_the_checks_of_its_target_group(app: Stack) -> None:
    """And closes connections as the balancer does."""
    app.elbv2.modify_target_group(
        TargetGroupArn=app.target_group,
        HealthCheckPath="/ready",
        HealthCheckIntervalSeconds=15,
        HealthCheckTimeoutSeconds=4,
        HealthyThresholdCount=3,
        UnhealthyThresholdCount=5,
        Matcher={"HttpCode": "204"},
    )
    app.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=app.balancer, Attributes=[{"Key": IDLE, "Value": "75"}]
    )
    settings = facts_of(app.twin).listener
    assert settings == Settings(
        Checks("/ready", interval=15, timeout=4, healthy_after=3, unhealthy_after=5, matcher="204"),
        idle=75,
    )


def test_without_a_listener_nobody_listens(app: Stack) -> None:
    """The balancer is still there."""
    listener = app.elbv2.describe_listeners(LoadBalancerArn=app.balancer)["Listeners"][0]
    app.elbv2.delete_listener(ListenerArn=listener["ListenerArn"])
    facts = facts_of(app.twin)
    assert facts.listener is None
    assert len(facts.instances) == 2
