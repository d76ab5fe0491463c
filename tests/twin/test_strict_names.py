from __future__ import annotations

from typing import Any

import pytest

from tests.twin.worlds import Stack


def test_the_same_balancer_again_is_the_same(app: Stack) -> None:
    """CreateLoadBalancer is idempotent: the same settings answer with what there is."""
    same = app.elbv2.create_load_balancer(**_balancer(app))["LoadBalancers"][0]
    assert same["LoadBalancerArn"] == app.balancer
    assert len(app.elbv2.describe_load_balancers()["LoadBalancers"]) == 1


@pytest.mark.parametrize("change", [{"SecurityGroups": []}, {"Scheme": "internal"}])
def test_another_balancer_of_the_name_is_refused(app: Stack, change: dict[str, Any]) -> None:
    """Moto makes a second one beside the first."""
    with pytest.raises(app.elbv2.exceptions.DuplicateLoadBalancerNameException):
        app.elbv2.create_load_balancer(**(_balancer(app) | change))


def test_the_same_target_group_again_is_the_same(app: Stack) -> None:
    """CreateTargetGroup is idempotent too."""
    same = app.elbv2.create_target_group(**_target_group(app))["TargetGroups"][0]
    assert same["TargetGroupArn"] == app.target_group


def test_another_target_group_of_the_name_is_refused(app: Stack) -> None:
    """A different path is a different target group."""
    with pytest.raises(app.elbv2.exceptions.DuplicateTargetGroupNameException):
        app.elbv2.create_target_group(**(_target_group(app) | {"HealthCheckPath": "/"}))


def test_the_same_listener_again_is_the_same(app: Stack) -> None:
    """CreateListener is idempotent too."""
    app.elbv2.create_listener(**_listener(app))
    assert len(app.elbv2.describe_listeners(LoadBalancerArn=app.balancer)["Listeners"]) == 1


def test_another_listener_of_the_port_is_refused(app: Stack) -> None:
    """Moto compares ports with ARNs, and lets it pass."""
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    with pytest.raises(app.elbv2.exceptions.DuplicateListenerException):
        app.elbv2.create_listener(**(_listener(app) | {"DefaultActions": [fixed]}))
    other = app.elbv2.create_listener(**(_listener(app) | {"Port": 8080}))
    assert other["Listeners"][0]["Port"] == 8080


def test_a_second_group_of_the_name_is_refused(app: Stack) -> None:
    """Moto overwrites the first and leaves its instances to nobody."""
    with pytest.raises(app.autoscaling.exceptions.AlreadyExistsFault, match="already exists"):
        app.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName="app",
            LaunchTemplate={"LaunchTemplateId": app.template, "Version": "1"},
            MinSize=0,
            MaxSize=1,
            AvailabilityZones=["us-east-1a"],
        )
    assert app.versions() == ["1", "1"]


def _balancer(app: Stack) -> dict[str, Any]:
    subnets = [one["SubnetId"] for one in app.ec2.describe_subnets()["Subnets"][:2]]
    return {"Name": "app", "Subnets": subnets, "SecurityGroups": [app.groups[0]]}


def _target_group(app: Stack) -> dict[str, Any]:
    vpc = app.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    return {"Name": "app", "Protocol": "HTTP", "Port": 8000, "VpcId": vpc,
            "HealthCheckPath": "/readyz", "HealthCheckIntervalSeconds": 10,
            "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2}  # fmt: skip


def _listener(app: Stack) -> dict[str, Any]:
    forward = {"Type": "forward", "TargetGroupArn": app.target_group}
    return {"LoadBalancerArn": app.balancer, "Protocol": "HTTP", "Port": 80,
            "DefaultActions": [forward]}  # fmt: skip
