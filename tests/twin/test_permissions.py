from __future__ import annotations

from typing import Any

import pytest

from tests.twin.permissions import Need, needs
from tests.twin.recorder import Call

ROLE = "arn:aws:iam::123456789012:role/app"
HERE = "us-east-1:123456789012"
BALANCER = f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/app/1"

CASES: list[tuple[str, str, dict[str, Any], Need]] = [
    ("elbv2", "DeleteLoadBalancer", {"LoadBalancerArn": BALANCER},
     Need("elasticloadbalancing:DeleteLoadBalancer", BALANCER)),
    ("ec2", "DescribeVpcs", {}, Need("ec2:DescribeVpcs", "*")),
    ("ec2", "DeleteSecurityGroup", {"GroupId": "sg-1"},
     Need("ec2:DeleteSecurityGroup", f"arn:aws:ec2:{HERE}:security-group/sg-1")),
    ("autoscaling", "StartInstanceRefresh", {"AutoScalingGroupName": "app"},
     Need("autoscaling:StartInstanceRefresh",
          f"arn:aws:autoscaling:{HERE}:autoScalingGroup:*:autoScalingGroupName/app")),
    ("ecr", "PutImage", {"repositoryName": "app"},
     Need("ecr:PutImage", f"arn:aws:ecr:{HERE}:repository/app")),
    ("lambda", "Invoke", {"FunctionName": "app"},
     Need("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:app")),
    ("logs", "CreateLogGroup", {"logGroupName": "/app"},
     Need("logs:CreateLogGroup", f"arn:aws:logs:{HERE}:log-group:/app:*")),
    ("ssm", "GetParameter", {"Name": "/aws/x"},
     Need("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/aws/x")),
    ("iam", "CreateRole", {"RoleName": "app"}, Need("iam:CreateRole", ROLE)),
    ("s3", "HeadBucket", {"Bucket": "b"}, Need("s3:ListBucket", "arn:aws:s3:::b")),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k"}, Need("s3:PutObject", "arn:aws:s3:::b/k")),
    ("s3", "ListBuckets", {}, Need("s3:ListAllMyBuckets", "*")),
    ("resourcegroupstaggingapi", "GetResources", {}, Need("tag:GetResources", "*")),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "parameters", "need"), CASES)
def test_a_call_needs_its_action_on_its_resource(
    service: str, operation: str, parameters: dict[str, Any], need: Need
) -> None:
    """In IAM's names, which are not always the API's."""
    assert needs(Call(service, operation, parameters, "us-east-1")) == [need]


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("lambda", "CreateFunction", {"FunctionName": "app", "Role": ROLE}),
        ("iam", "AddRoleToInstanceProfile", {"InstanceProfileName": "p", "RoleName": "app"}),
    ],
)
def test_handing_over_a_role_needs_pass_role(
    service: str, operation: str, parameters: dict[str, Any]
) -> None:
    """Beside the action itself."""
    found = needs(Call(service, operation, parameters, "us-east-1"))
    assert found[1:] == [Need("iam:PassRole", ROLE)]
