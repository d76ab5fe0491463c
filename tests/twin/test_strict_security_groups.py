from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.twin.twin import Twin
from tests.twin.worlds import Stack


def test_a_group_of_an_instance_stays(app: Stack) -> None:
    """While an instance runs in it, and no longer."""
    with pytest.raises(ClientError, match="DependencyViolation"):
        app.ec2.delete_security_group(GroupId=app.groups[1])
    app.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    app.twin.clock.advance(120)
    app.ec2.delete_security_group(GroupId=app.groups[1])


def test_a_group_of_a_balancer_stays(app: Stack) -> None:
    """While the balancer is in it."""
    with pytest.raises(ClientError, match=f"resource {app.groups[0]} has a dependent object"):
        app.ec2.delete_security_group(GroupId=app.groups[0])


def test_a_group_that_a_rule_names_stays(twin: Twin) -> None:
    """Until the rule is revoked."""
    ec2 = twin.client("ec2")
    source, user = (
        ec2.create_security_group(GroupName=name, Description=name)["GroupId"]
        for name in ("source", "user")
    )
    rule = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
             "UserIdGroupPairs": [{"GroupId": source}]}]  # fmt: skip
    ec2.authorize_security_group_ingress(GroupId=user, IpPermissions=rule)
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_security_group(GroupId=source)
    ec2.revoke_security_group_ingress(GroupId=user, IpPermissions=rule)
    ec2.delete_security_group(GroupId=source)


def test_a_group_may_name_itself(twin: Twin) -> None:
    """Its own rule does not keep it."""
    ec2 = twin.client("ec2")
    group = ec2.create_security_group(GroupName="self", Description="self")["GroupId"]
    rule = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule)
    ec2.delete_security_group(GroupId=group)


def test_a_group_that_is_not_there(app: Stack) -> None:
    """Neither deleted nor used: moto would make it up."""
    with pytest.raises(ClientError, match=r"InvalidGroup\.NotFound"):
        app.ec2.delete_security_group(GroupId="sg-0123456789abcdef0")
    subnets = [one["SubnetId"] for one in app.ec2.describe_subnets()["Subnets"][:2]]
    with pytest.raises(ClientError, match="InvalidSecurityGroup"):
        app.elbv2.create_load_balancer(
            Name="other", Subnets=subnets, SecurityGroups=["sg-0123456789abcdef0"]
        )


def test_a_new_group_is_not_known_at_once(twin: Twin) -> None:
    """If a test wants it so: EC2 denies that it is there."""
    twin.security_groups.delay = 10
    ec2 = twin.client("ec2")
    group = ec2.create_security_group(GroupName="new", Description="new")["GroupId"]
    rule = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}]
    wanted = {
        "GroupId": group,
        "IpPermissions": [rule[0] | {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}],
    }
    with pytest.raises(ClientError, match=r"InvalidGroup\.NotFound"):
        ec2.authorize_security_group_ingress(**wanted)
    twin.clock.advance(10)
    ec2.authorize_security_group_ingress(**wanted)
