from __future__ import annotations

from typing import Any

import pytest

from tests.twin.known import Known
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
    ("ssm", "GetParameter", {"Name": "/aws/service/x"},
     Need("ssm:GetParameter", "arn:aws:ssm:us-east-1::parameter/aws/service/x")),
    ("lambda", "GetPolicy", {"FunctionName": "app", "Qualifier": "live"},
     Need("lambda:GetPolicy", f"arn:aws:lambda:{HERE}:function:app:live")),
    ("cloudwatch", "DeleteDashboards", {"DashboardNames": ["app"]},
     Need("cloudwatch:DeleteDashboards", "arn:aws:cloudwatch::123456789012:dashboard/app")),
    ("iam", "RemoveRoleFromInstanceProfile", {"InstanceProfileName": "p", "RoleName": "app"},
     Need("iam:RemoveRoleFromInstanceProfile",
          "arn:aws:iam::123456789012:instance-profile/p")),
    ("sns", "Unsubscribe", {"SubscriptionArn": "arn:aws:sns:x:y:z:1"},
     Need("sns:Unsubscribe", "*")),
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
    ("service", "operation", "parameters", "to"),
    [
        (
            "lambda",
            "CreateFunction",
            {"FunctionName": "app", "Role": ROLE},
            "lambda.amazonaws.com",
        ),
        (
            "iam",
            "AddRoleToInstanceProfile",
            {"InstanceProfileName": "p", "RoleName": "app"},
            "ec2.amazonaws.com",
        ),
    ],
)
def test_handing_over_a_role_needs_pass_role(
    service: str, operation: str, parameters: dict[str, Any], to: str
) -> None:
    """Beside the action itself, and to the one service."""
    found = needs(Call(service, operation, parameters, "us-east-1"))
    assert found[1:] == [Need("iam:PassRole", ROLE, (("iam:PassedToService", (to,)),))]


def test_tags_of_a_new_thing_need_an_action_of_their_own() -> None:
    """With what makes it as a condition, and the tags as another; a network is not tagged."""
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "service", "Value": "app"}]}]
    call = Call(
        "ec2", "CreateSecurityGroup", {"VpcId": "vpc-1", "TagSpecifications": tags}, "us-east-1"
    )
    requested = ("aws:RequestTag/service", ("app",))
    group, vpc = f"arn:aws:ec2:{HERE}:security-group/new", f"arn:aws:ec2:{HERE}:vpc/vpc-1"
    assert needs(call) == [
        Need("ec2:CreateSecurityGroup", group, (requested,)),
        Need("ec2:CreateSecurityGroup", vpc, (requested,)),
        Need("ec2:CreateTags", group, (requested, ("ec2:CreateAction", ("CreateSecurityGroup",)))),
    ]


def test_versions_of_objects_are_deleted_by_another_action() -> None:
    """Which is not that of their keys."""
    objects = [{"Key": "k", "VersionId": "1"}]
    call = Call("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": objects}}, "us-east-1")
    assert needs(call) == [Need("s3:DeleteObjectVersion", "arn:aws:s3:::b/k")]


def test_the_web_acl_of_a_balancer_is_the_balancers_too() -> None:
    """Both have to allow it."""
    call = Call("wafv2", "DisassociateWebACL", {"ResourceArn": BALANCER}, "us-east-1")
    assert needs(call) == [
        Need("wafv2:DisassociateWebACL", "*"),
        Need("elasticloadbalancing:SetWebACL", BALANCER),
        Need("elasticloadbalancing:DeleteWebACLAssociation", BALANCER),
    ]


def test_who_asks_for_the_web_acl_of_a_balancer_must_be_allowed_to_see_it() -> None:
    """The answer is the ACL itself."""
    call = Call("wafv2", "GetWebACLForResource", {"ResourceArn": BALANCER}, "us-east-1")
    assert needs(call) == [
        Need("wafv2:GetWebACLForResource", "*"),
        Need("elasticloadbalancing:GetLoadBalancerWebACL", BALANCER),
        Need("wafv2:GetWebACL", "*"),
    ]


@pytest.mark.parametrize(
    "parameters",
    [
        {"LaunchTemplate": {"LaunchTemplateName": "app", "Version": "2"}},
        {"DesiredConfiguration": {"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "2"}}},
        {
            "MixedInstancesPolicy": {
                "LaunchTemplate": {
                    "LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "2"}
                }
            }
        },
    ],
)
def test_a_group_that_is_given_a_template_needs_its_launch(parameters: dict[str, Any]) -> None:
    """Image, network, tags and role, as the version of the template says."""
    data = {
        "ImageId": "ami-1",
        "NetworkInterfaces": [{"Groups": ["sg-1"]}],
        "IamInstanceProfile": {"Name": "p"},
        "TagSpecifications": [{"ResourceType": "volume", "Tags": []}],
    }
    known = Known({"app": "lt-1"}, {("lt-1", "2"): data}, {"p": ROLE}, {"lt-1": {"service": "app"}})
    template = f"arn:aws:ec2:{HERE}:launch-template/lt-1"
    by = (("ec2:LaunchTemplate", (template,)),)
    call = Call("autoscaling", "StartInstanceRefresh", parameters, "us-east-1")
    found = set(needs(call, known))
    assert Need("ec2:RunInstances", template, (("aws:ResourceTag/service", ("app",)),)) in found
    for resource in ("image/ami-1", "instance/new", "security-group/sg-1", "subnet/new"):
        place = "us-east-1:" if resource.startswith("image") else HERE
        assert Need("ec2:RunInstances", f"arn:aws:ec2:{place}:{resource}", by) in found
    created = (("ec2:CreateAction", ("RunInstances",)),)
    assert Need("ec2:CreateTags", f"arn:aws:ec2:{HERE}:volume/new", created) in found
    assert Need("iam:PassRole", ROLE, (("iam:PassedToService", ("ec2.amazonaws.com",)),)) in found


def test_a_service_that_is_new_to_the_account_makes_its_role() -> None:
    """Balancers and groups have one each."""
    call = Call("elbv2", "CreateLoadBalancer", {"Name": "app"}, "us-east-1")
    service = "elasticloadbalancing.amazonaws.com"
    assert needs(call)[1:] == [
        Need(
            "iam:CreateServiceLinkedRole",
            f"arn:aws:iam::123456789012:role/aws-service-role/{service}/new",
            (("iam:AWSServiceName", (service,)),),
        )
    ]
