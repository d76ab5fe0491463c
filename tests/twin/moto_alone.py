"""Plain moto for the canaries: what it does without the twin."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from unittest.mock import patch

from moto import mock_aws

from tests.twin import quick, sessions
from tests.twin.environment import DUMMIES, REGION

DATA = {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"}


class Clients(Protocol):
    def __call__(self, service: str) -> Any: ...


@contextmanager
def moto_alone() -> Iterator[Clients]:
    """Moto as it is, without its images; yields what makes clients."""
    lean = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "MOTO_LAMBDA_STUB_ECR": "false"}
    with (
        patch.dict(os.environ, DUMMIES | lean),
        quick.quick(),
        mock_aws(config={"lambda": {"use_docker": False}}),
    ):
        client: Any = sessions.session(REGION).client  # boto3-stubs knows services by their name
        yield client


def template(clients: Clients, **data: Any) -> str:
    """A launch template in version 1; its id."""
    answer = clients("ec2").create_launch_template(
        LaunchTemplateName="app", LaunchTemplateData=DATA | data
    )
    return str(answer["LaunchTemplate"]["LaunchTemplateId"])


def group(clients: Clients, template_id: str, capacity: int = 1, **params: Any) -> Any:
    """A group of that template's version 1; the client."""
    autoscaling = clients("autoscaling")
    named = {"LaunchTemplate": {"LaunchTemplateId": template_id, "Version": "1"}}
    where = {"AvailabilityZones": ["us-east-1a"]}
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="app",
        MinSize=0,
        MaxSize=4,
        DesiredCapacity=capacity,
        **(named | where | params),
    )
    return autoscaling


def described(autoscaling: Any) -> dict[str, Any]:
    return dict(autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0])


def balancer(clients: Clients) -> tuple[Any, str, str, str]:
    """A balancer with a listener to a target group: client, its ARN, the group's, its group."""
    ec2, elbv2 = clients("ec2"), clients("elbv2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    inside = ec2.create_security_group(GroupName="lb", Description="lb")["GroupId"]
    made = elbv2.create_load_balancer(
        Name="app", Subnets=[one["SubnetId"] for one in subnets], SecurityGroups=[inside]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    target = elbv2.create_target_group(
        Name="app", Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"]
    )["TargetGroups"][0]["TargetGroupArn"]
    listener(elbv2, made, target)
    return elbv2, made, target, inside


def listener(elbv2: Any, load_balancer: str, target: str) -> None:
    forward = {"Type": "forward", "TargetGroupArn": target}
    elbv2.create_listener(
        LoadBalancerArn=load_balancer, Protocol="HTTP", Port=80, DefaultActions=[forward]
    )
