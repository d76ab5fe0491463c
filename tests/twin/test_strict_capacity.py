from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.twin.worlds import Stack


def test_desired_capacity_stays_between_the_bounds(app: Stack) -> None:
    """On creation, on update, and when it is set."""
    with pytest.raises(ClientError, match="must be between the specified min size"):
        _update(app, DesiredCapacity=5)
    with pytest.raises(ClientError, match="greater than or equal to min bound"):
        _update(app, MinSize=3, MaxSize=2)
    with pytest.raises(ClientError, match="above max value 4"):
        app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=5)
    _update(app, MinSize=1)
    with pytest.raises(ClientError, match="below min value 1"):
        app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    with pytest.raises(ClientError, match="must be between the specified min size"):
        app.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName="other",
            LaunchTemplate={"LaunchTemplateId": app.template, "Version": "1"},
            MinSize=1,
            MaxSize=2,
            DesiredCapacity=0,
            AvailabilityZones=["us-east-1a"],
        )


def test_desired_capacity_follows_the_bounds(app: Stack) -> None:
    """A minimum above it lifts it, a maximum below it lowers it, anything else leaves it."""
    _update(app, MinSize=3)
    assert app.group()["DesiredCapacity"] == 3
    _update(app, MinSize=1, MaxSize=1)
    assert app.group()["DesiredCapacity"] == 1
    _update(app, MaxSize=4, HealthCheckGracePeriod=90)
    assert app.group()["DesiredCapacity"] == 1


def test_a_group_that_is_not_there(app: Stack) -> None:
    """The bounds of nothing are nobody's business: moto refuses the name."""
    with pytest.raises(ClientError, match="name not found"):
        app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="nowhere", MaxSize=1)


def _update(app: Stack, **bounds: int) -> None:
    app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", **bounds)
