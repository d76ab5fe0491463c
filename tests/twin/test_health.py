from __future__ import annotations

import pytest

from tests.twin.health import Verdict
from tests.twin.twin import Twin
from tests.twin.worlds import BAD, GOOD, Stack, stack


def test_a_target_becomes_healthy_after_its_groups_checks(twin: Twin) -> None:
    """Registered, checked twice every ten seconds, healthy: as the target group has it."""
    app = _empty(twin)
    _scale(app, 1)
    twin.clock.advance(20)
    assert _states(app) == [("initial", "Elb.RegistrationInProgress")]
    twin.clock.advance(10)
    assert _states(app) == [("initial", "Elb.InitialHealthChecking")]
    twin.clock.advance(10)
    assert _states(app) == [("healthy", None)]


def test_a_digest_can_be_made_unhealthy(twin: Twin) -> None:
    """Instances that run the image, and only they, never become healthy."""
    app = _empty(twin)
    twin.health.script(digest=GOOD, becomes="unhealthy", reason="Target.ResponseCodeMismatch")
    twin.health.script(digest=BAD, becomes="healthy")
    _scale(app, 1)
    twin.clock.advance(60)
    assert _states(app) == [("unhealthy", "Target.ResponseCodeMismatch")]


def test_it_is_never_healthy_before_it_is_unhealthy(twin: Twin) -> None:
    """A line written before the registration stands in place of the default, however late."""
    app = _empty(twin)
    _keep_the_unhealthy(app)
    twin.health.script(digest=GOOD, becomes="unhealthy", after=300)
    _scale(app, 1)
    twin.clock.advance(200)
    assert _states(app) == [("initial", "Elb.InitialHealthChecking")]
    twin.clock.advance(150)
    assert _states(app) == [("unhealthy", "Target.FailedHealthChecks")]


def test_a_healthy_target_may_turn(app: Stack) -> None:
    """A line written later counts from then, and a still later one takes over from it."""
    _keep_the_unhealthy(app)
    one, other = (member["InstanceId"] for member in app.members())
    app.twin.health.script(
        instance=one, becomes="unhealthy", after=30, reason="Target.Timeout", description="slow"
    )
    assert app.health()[one] == ("healthy", None)
    app.twin.clock.advance(30)
    assert app.health() == {one: ("unhealthy", "Target.Timeout"), other: ("healthy", None)}
    app.twin.health.script(instance=one, becomes="healthy", after=0)
    assert app.health()[one] == ("healthy", None)


def test_somebody_observes(app: Stack) -> None:
    """What is seen counts, whatever the script says; of what nobody has seen nothing is known."""
    one, other = (member["InstanceId"] for member in app.members())
    seen = {one: Verdict("unhealthy", "Target.Timeout")}
    app.twin.health.observe(seen.get)
    assert app.health() == {
        one: ("unhealthy", "Target.Timeout"),
        other: ("initial", "Elb.InitialHealthChecking"),
    }
    assert app.twin.targets.known() == {one: False, other: False}


def test_reasons_have_descriptions(app: Stack) -> None:
    """DescribeTargetHealth says in words what the reason says in a code."""
    app.twin.health.script(becomes="unhealthy", after=0, reason="Target.Timeout")
    answer = app.elbv2.describe_target_health(TargetGroupArn=app.target_group)
    health = answer["TargetHealthDescriptions"][0]["TargetHealth"]
    assert health["Description"] == "Request timed out"
    assert answer["TargetHealthDescriptions"][0]["HealthCheckPort"] == "8000"


def test_a_state_that_no_script_can_set(twin: Twin) -> None:
    """Draining and unused come from what is done, not from a script."""
    with pytest.raises(ValueError, match="draining"):
        twin.health.script(becomes="draining")


def test_a_target_group_without_a_listener_is_not_used(twin: Twin) -> None:
    """No traffic, no checks: the targets are unused until a listener forwards to their group."""
    app = stack(twin, capacity=1, listener=False)
    assert _states(app) == [("unused", "Target.NotInUse")]


def test_a_stopped_instance_is_unused(app: Stack) -> None:
    """The balancer sends nothing to an instance that does not run."""
    one = app.members()[0]["InstanceId"]
    app.ec2.stop_instances(InstanceIds=[one])
    assert app.health()[one] == ("unused", "Target.InvalidState")


def _empty(twin: Twin) -> Stack:
    return stack(twin, capacity=0)


def _keep_the_unhealthy(app: Stack) -> None:
    app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", HealthCheckType="EC2")


def _scale(app: Stack, capacity: int) -> None:
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=capacity)


def _states(app: Stack) -> list[tuple[str, str | None]]:
    return list(app.health().values())
