from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.twin import Twin
from tests.twin.worlds import Stack, stack

BAD_PREFERENCES: list[tuple[dict[str, Any], str]] = [
    ({"MinHealthyPercentage": 101}, "between 0 and 100"),
    ({"MinHealthyPercentage": 100, "MaxHealthyPercentage": 201}, "between 100 and 200"),
    ({"MinHealthyPercentage": 50, "MaxHealthyPercentage": 151}, "greater than 100"),
    ({"BakeTime": 172801}, "between 0 and 172800"),
    ({"CheckpointPercentages": [50, 100], "CheckpointDelay": 172801}, "CheckpointDelay"),
    ({"CheckpointDelay": 60}, "CheckpointPercentages must be specified"),
    ({"CheckpointPercentages": [100, 50]}, "ascending"),
    ({"CheckpointPercentages": [50, 50, 100]}, "unique"),
    ({"CheckpointPercentages": [50]}, "end in 100"),
    ({"ScaleInProtectedInstances": "Terminate"}, "must be one of Refresh, Ignore, Wait"),
    ({"StandbyInstances": "Refresh"}, "must be one of Terminate, Ignore, Wait"),
    ({"AlarmSpecification": {"Alarms": ["nowhere"]}}, "nowhere does not exist"),
    ({"AlarmSpecification": {"Alarms": [str(one) for one in range(11)]}}, "up to 10 alarms"),
]


@pytest.fixture(scope="module")
def app() -> Iterator[Stack]:
    """One world for all of them: what is refused changes nothing."""
    with Twin() as twin:
        yield stack(twin)


@pytest.mark.parametrize(("preferences", "message"), BAD_PREFERENCES)
def test_bad_preferences_are_refused(app: Stack, preferences: dict[str, Any], message: str) -> None:
    """Each is a ValidationError before anything begins."""
    with pytest.raises(ClientError, match=message) as refused:
        app.start_refresh("1", **preferences)
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_a_maximum_needs_a_minimum(app: Stack) -> None:
    """MaxHealthyPercentage alone is refused."""
    with pytest.raises(ClientError, match="MinHealthyPercentage must be specified"):
        _start(app, Preferences={"MaxHealthyPercentage": 200})


def test_only_rolling(app: Stack) -> None:
    """Replacing root volumes takes a group of another kind."""
    with pytest.raises(ClientError, match="strategy ReplaceRootVolume is not supported"):
        _start(app, Strategy="ReplaceRootVolume")


def test_a_version_that_does_not_exist_is_refused(app: Stack) -> None:
    """The desired configuration is looked up when the refresh is asked for."""
    with pytest.raises(ClientError, match="valid fully-formed launch template"):
        app.start_refresh("99")


@pytest.mark.parametrize("version", ["$Latest", "$Default"])
def test_auto_rollback_needs_a_number(app: Stack, version: str) -> None:
    """What moves cannot be gone back to."""
    with pytest.raises(ClientError, match="AutoRollback"):
        app.start_refresh(version)


def test_auto_rollback_needs_a_desired_configuration(app: Stack) -> None:
    """Without one the old configuration would be the new one."""
    with pytest.raises(ClientError, match="DesiredConfiguration parameter is empty"):
        _start(app, Preferences={"AutoRollback": True})


def test_auto_rollback_needs_an_image_of_its_own(app: Stack) -> None:
    """An image that a parameter names may be another one by the time of the rollback."""
    data = {"ImageId": "resolve:ssm:/aws/ami", "InstanceType": "t3.micro"}
    template = app.ec2.create_launch_template(LaunchTemplateName="moving", LaunchTemplateData=data)[
        "LaunchTemplate"
    ]["LaunchTemplateId"]
    app.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="moving",
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        MinSize=0,
        MaxSize=1,
        DesiredCapacity=0,
        AvailabilityZones=["us-east-1a"],
    )
    with pytest.raises(ClientError, match="Systems Manager parameter"):
        app.autoscaling.start_instance_refresh(
            AutoScalingGroupName="moving",
            DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateId": template, "Version": "1"}},
            Preferences={"AutoRollback": True},
        )


@pytest.mark.parametrize("call", ["cancel_instance_refresh", "rollback_instance_refresh"])
def test_nothing_to_stop(app: Stack, call: str) -> None:
    """Without a refresh that goes on, cancel and rollback are ActiveInstanceRefreshNotFound."""
    with pytest.raises(app.autoscaling.exceptions.ActiveInstanceRefreshNotFoundFault):
        getattr(app.autoscaling, call)(AutoScalingGroupName="app")


def test_an_unknown_group(app: Stack) -> None:
    """Every one of the four calls refuses a group that is not there."""
    for call in ("start", "cancel", "rollback"):
        with pytest.raises(ClientError, match="name not found"):
            getattr(app.autoscaling, f"{call}_instance_refresh")(AutoScalingGroupName="nowhere")
    with pytest.raises(ClientError, match="name not found"):
        app.autoscaling.describe_instance_refreshes(AutoScalingGroupName="nowhere")


def _start(app: Stack, **params: Any) -> None:
    app.autoscaling.start_instance_refresh(AutoScalingGroupName="app", **params)
