from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.worlds import Stack


def test_a_balancer_has_an_interface_in_each_subnet(app: Stack) -> None:
    """As AWS describes them: by the balancer's name, managed by it, in its groups."""
    interfaces = _interfaces(app)
    assert len(interfaces) == 2
    assert {one["Description"] for one in interfaces} == {f"ELB {app.balancer.split(':')[-1][13:]}"}
    assert all(one["RequesterManaged"] for one in interfaces)
    assert {one["Groups"][0]["GroupId"] for one in interfaces} == {app.groups[0]}


def test_they_follow_the_balancers_groups(app: Stack) -> None:
    """SetSecurityGroups moves the interfaces too."""
    app.elbv2.set_security_groups(LoadBalancerArn=app.balancer, SecurityGroups=[app.groups[1]])
    assert not _interfaces(app)


def test_they_follow_the_balancers_subnets(app: Stack) -> None:
    """SetSubnets adds interfaces and takes some away."""
    subnets = [one["SubnetId"] for one in app.ec2.describe_subnets()["Subnets"][1:4]]
    app.elbv2.set_subnets(LoadBalancerArn=app.balancer, Subnets=subnets)
    assert {one["SubnetId"] for one in _interfaces(app)} == set(subnets)


def test_they_linger_when_the_balancer_is_gone(app: Stack) -> None:
    """For some minutes they keep the security group in use, and then let go of it."""
    app.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="app", ForceDelete=True)
    app.twin.clock.advance(120)
    app.ec2.delete_security_group(GroupId=app.groups[1])
    app.elbv2.delete_load_balancer(LoadBalancerArn=app.balancer)
    app.twin.clock.advance(179)
    assert len(_interfaces(app)) == 2
    with pytest.raises(ClientError, match="DependencyViolation"):
        app.ec2.delete_security_group(GroupId=app.groups[0])
    app.twin.clock.advance(1)
    app.ec2.delete_security_group(GroupId=app.groups[0])


def _interfaces(app: Stack) -> list[dict[str, Any]]:
    filters = [{"Name": "group-id", "Values": [app.groups[0]]}]
    answer = app.ec2.describe_network_interfaces(Filters=filters)
    return list(answer["NetworkInterfaces"])
