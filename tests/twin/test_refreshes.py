from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.twin import Twin
from tests.twin.worlds import GOOD, Stack, stack


def test_a_group_of_the_latest_version_has_no_way_back() -> None:
    """AutoRollback is refused if the group itself names $Latest, where that is allowed at all."""
    with Twin(numbered_versions=False) as twin:
        app = stack(twin)
        latest = {"LaunchTemplateId": app.template, "Version": "$Latest"}
        app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", LaunchTemplate=latest)
        version = app.new_version(GOOD)
        with pytest.raises(ClientError, match="AutoRollback"):
            app.start_refresh(version)


def test_one_refresh_at_a_time(app: Stack) -> None:
    """A second start while one goes on is InstanceRefreshInProgress."""
    version = app.new_version(GOOD)
    app.start_refresh(version)
    with pytest.raises(app.autoscaling.exceptions.InstanceRefreshInProgressFault):
        app.start_refresh(version)


def test_without_a_desired_configuration_there_is_no_way_back(app: Stack) -> None:
    """A refresh to the group's own template is IrreversibleInstanceRefresh."""
    _start(app)
    with pytest.raises(app.autoscaling.exceptions.IrreversibleInstanceRefreshFault):
        app.autoscaling.rollback_instance_refresh(AutoScalingGroupName="app")


def test_the_template_is_locked_meanwhile(app: Stack) -> None:
    """Updating the group's template during a refresh to a desired configuration is refused."""
    version = app.new_version(GOOD)
    app.start_refresh(version)
    template = {"LaunchTemplateId": app.template, "Version": version}
    with pytest.raises(ClientError, match="An active instance refresh with a desired"):
        app.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName="app", LaunchTemplate=template
        )
    app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", MaxSize=5)


def test_the_defaults_are_filled_in(app: Stack) -> None:
    """Described preferences hold what was asked for and AWS's defaults for the rest."""
    _start(app)
    preferences = app.refresh()["Preferences"]
    assert preferences["MinHealthyPercentage"] == 90
    assert preferences["MaxHealthyPercentage"] == 100
    assert preferences["InstanceWarmup"] == 10  # the group's DefaultInstanceWarmup
    assert preferences["SkipMatching"] is False
    assert preferences["ScaleInProtectedInstances"] == "Wait"


def test_the_maintenance_policy_is_the_default(app: Stack) -> None:
    """Percentages that are not given come from the group's instance maintenance policy."""
    app.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="app",
        InstanceMaintenancePolicy={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 110},
    )
    _start(app)
    assert app.refresh()["Preferences"]["MinHealthyPercentage"] == 100
    assert app.refresh()["Preferences"]["MaxHealthyPercentage"] == 110


def test_refreshes_are_remembered_newest_first_and_in_pages(app: Stack) -> None:
    """History is kept, found by id, and given out in pages."""
    first = app.start_refresh("1")
    app.follow()
    second = app.start_refresh("1")
    app.follow()
    describe = app.autoscaling.describe_instance_refreshes
    page = describe(AutoScalingGroupName="app", MaxRecords=1)
    assert [one["InstanceRefreshId"] for one in page["InstanceRefreshes"]] == [second]
    rest = describe(AutoScalingGroupName="app", NextToken=page["NextToken"])
    assert [one["InstanceRefreshId"] for one in rest["InstanceRefreshes"]] == [first]
    assert "NextToken" not in rest
    named = describe(AutoScalingGroupName="app", InstanceRefreshIds=[first])
    assert [one["InstanceRefreshId"] for one in named["InstanceRefreshes"]] == [first]
    assert [one.id for one in app.twin.refreshes.of("app")] == [second, first]


def _start(app: Stack, **params: Any) -> None:
    app.autoscaling.start_instance_refresh(AutoScalingGroupName="app", **params)
