"""What a recorded call needs of IAM: the action, the resource, and the role that is passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.twin.environment import ACCOUNT
from tests.twin.recorder import Call

PREFIXES = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag"}

# Operations that are not called what they need.
ACTIONS = {
    "lambda.Invoke": "lambda:InvokeFunction",
    "s3.DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3.DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3.DeleteObjects": "s3:DeleteObject",
    "s3.DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3.GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3.GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3.GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3.HeadBucket": "s3:ListBucket",
    "s3.HeadObject": "s3:GetObject",
    "s3.ListBuckets": "s3:ListAllMyBuckets",
    "s3.ListObjectVersions": "s3:ListBucketVersions",
    "s3.ListObjects": "s3:ListBucket",
    "s3.ListObjectsV2": "s3:ListBucket",
    "s3.PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3.PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3.PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}

# The ARN of what a parameter names, by service; the first parameter that a call has decides.
RESOURCES: dict[str, tuple[tuple[str, str], ...]] = {
    "autoscaling": (
        ("AutoScalingGroupName", "autoScalingGroup:*:autoScalingGroupName/{}"),
        ("LaunchConfigurationName", "launchConfiguration:*:launchConfigurationName/{}"),
    ),
    "cloudwatch": (("AlarmName", "alarm:{}"),),
    "ec2": (
        ("LaunchTemplateId", "launch-template/{}"),
        ("GroupId", "security-group/{}"),
        ("InstanceId", "instance/{}"),
    ),
    "ecr": (("repositoryName", "repository/{}"),),
    "lambda": (("FunctionName", "function:{}"),),
    "logs": (("logGroupName", "log-group:{}:*"),),
    "ssm": (("Name", "parameter{}"),),
}
GLOBAL: dict[str, tuple[tuple[str, str], ...]] = {
    "iam": (
        ("RoleName", "role/{}"),
        ("InstanceProfileName", "instance-profile/{}"),
        ("PolicyArn", "{}"),
    ),
}
ROLES = ("Role", "RoleArn", "RoleARN", "roleArn", "ExecutionRoleArn")


Context = tuple[tuple[str, tuple[str, ...]], ...]
"""The condition keys of a request, each with its values."""


@dataclass(frozen=True)
class Need:
    """One permission that a call needs, and what conditions may be made upon."""

    action: str
    resource: str
    context: Context = ()


def needs(call: Call, account: str = ACCOUNT) -> list[Need]:
    """The permissions of a call; "*" as the resource where the call names none by its ARN."""
    prefix = PREFIXES.get(call.service, call.service)
    action = ACTIONS.get(call.name, f"{prefix}:{call.operation}")
    return [Need(action, _resource(call, account)), *_passed(call, account)]


def _resource(call: Call, account: str) -> str:
    if call.service == "s3":
        return _object(call.parameters)
    if call.resource and call.resource.startswith("arn:"):
        return call.resource
    for parameter, path in GLOBAL.get(call.service, ()):
        if parameter in call.parameters:
            return f"arn:aws:{call.service}::{account}:{path.format(call.parameters[parameter])}"
    for parameter, path in RESOURCES.get(call.service, ()):
        if parameter in call.parameters:
            name = path.format(call.parameters[parameter])
            return f"arn:aws:{call.service}:{call.region}:{account}:{name}"
    return "*"


def _object(parameters: dict[str, Any]) -> str:
    if "Bucket" not in parameters:
        return "*"
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    return f"{bucket}/{parameters['Key']}" if "Key" in parameters else bucket


def _passed(call: Call, account: str) -> list[Need]:
    """The roles that a call hands to a service."""
    roles = [str(call.parameters[name]) for name in ROLES if name in call.parameters]
    if call.name == "iam.AddRoleToInstanceProfile":
        roles = [f"arn:aws:iam::{account}:role/{call.parameters['RoleName']}"]
    return [Need("iam:PassRole", role) for role in roles]
