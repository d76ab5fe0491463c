from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.twin.worlds import Stack


def test_a_deregistered_target_drains_and_is_gone(app: Stack) -> None:
    """Draining for the group's delay, then unknown."""
    one = app.members()[0]["InstanceId"]
    app.elbv2.deregister_targets(TargetGroupArn=app.target_group, Targets=[{"Id": one}])
    app.twin.clock.advance(29)
    assert app.health()[one] == ("draining", "Target.DeregistrationInProgress")
    app.twin.clock.advance(1)
    assert one not in app.health()
    assert _asked(app, one) == ("unused", "Target.NotRegistered")


def test_a_terminated_instance_drains_and_is_gone(app: Stack) -> None:
    """A target does not outlive its instance, and is never healthy without it."""
    one = app.members()[0]["InstanceId"]
    app.ec2.terminate_instances(InstanceIds=[one])
    assert app.health()[one] == ("draining", "Target.DeregistrationInProgress")
    app.twin.clock.advance(30)
    assert one not in app.health()


def test_registering_again_ends_the_draining(app: Stack) -> None:
    """It starts anew with its checks, and the end of the old draining does not take it out."""
    one = app.members()[0]["InstanceId"]
    targets = [{"Id": one}]
    app.elbv2.deregister_targets(TargetGroupArn=app.target_group, Targets=targets)
    app.elbv2.register_targets(TargetGroupArn=app.target_group, Targets=targets)
    assert app.health()[one][0] == "initial"
    app.twin.clock.advance(60)
    assert app.health()[one] == ("healthy", None)


def test_registering_twice_changes_nothing(app: Stack) -> None:
    """A target that is registered keeps its health."""
    one = app.members()[0]["InstanceId"]
    app.elbv2.register_targets(TargetGroupArn=app.target_group, Targets=[{"Id": one}])
    assert app.health()[one] == ("healthy", None)


def test_what_cannot_be_a_target(app: Stack) -> None:
    """An instance that does not run, a target that is not there, a group that does not exist."""
    one = app.members()[0]["InstanceId"]
    app.ec2.stop_instances(InstanceIds=[one])
    stopped, unknown = [{"Id": one}], [{"Id": "i-0123456789abcdef0"}]
    app.elbv2.deregister_targets(TargetGroupArn=app.target_group, Targets=stopped)
    with pytest.raises(ClientError, match="not in a running state"):
        app.elbv2.register_targets(TargetGroupArn=app.target_group, Targets=stopped)
    with pytest.raises(ClientError, match="InvalidTarget"):
        app.elbv2.deregister_targets(TargetGroupArn=app.target_group, Targets=unknown)
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        app.elbv2.describe_target_health(TargetGroupArn=f"{app.target_group}0")


def _asked(app: Stack, target_id: str) -> tuple[str, str]:
    answer = app.elbv2.describe_target_health(
        TargetGroupArn=app.target_group, Targets=[{"Id": target_id}]
    )
    health = answer["TargetHealthDescriptions"][0]["TargetHealth"]
    return health["State"], health["Reason"]
