"""The ARNs of this service's things that an IAM action is about, all of them known by name.

Which actions know which resources is told by the service authorization reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

import re
from collections.abc import Callable

from deploy.names import MACHINE_IMAGES, SERVER
from deploy.permissions.scope import Scope


def arns_of(scope: Scope, action: str) -> tuple[str, ...]:
    """What an action may touch. Raises `KeyError` for a service that nobody has thought about."""
    if _EVERYWHERE.match(action):
        return ("*",)
    return _RESOURCES[action.partition(":")[0]](scope, action)


def _autoscaling(scope: Scope, _: str) -> tuple[str, ...]:
    return scope.all("autoscaling", "autoScalingGroup:*:autoScalingGroupName/{stem}")


def _cloudwatch(scope: Scope, action: str) -> tuple[str, ...]:
    if "Dashboard" in action:  # the one thing here that belongs to no region
        return scope.worldwide("cloudwatch", "dashboard", *scope.doors)
    return scope.all("cloudwatch", "alarm:{stem}-{door}-*")


def _ecr(scope: Scope, _: str) -> tuple[str, ...]:
    return (scope.arn("ecr", f"repository/{scope.environments[0].repository}"),)


def _balancing(scope: Scope, action: str) -> tuple[str, ...]:
    kinds: tuple[str, ...] = ("listener/app/{stem}/*",)
    if "Tags" in action:
        kinds = ("loadbalancer/app/{stem}/*", "targetgroup/{stem}/*", *kinds)
    elif "TargetGroup" in action:
        kinds = ("targetgroup/{stem}/*",)
    elif re.search("LoadBalancer|WebACL|:Set|CreateListener", action):
        kinds = ("loadbalancer/app/{stem}/*",)
    return scope.all("elasticloadbalancing", *kinds)


def _functions(scope: Scope, _: str) -> tuple[str, ...]:
    return scope.all("lambda", "function:{stem}", "function:{stem}:*")


def _logs(scope: Scope, action: str) -> tuple[str, ...]:
    """What is in a group has `:*` behind, and so has the group, but where its tags are read; where
    they are written, it depends on whether it is there."""
    inside = {"logs:ListTagsForResource": ("",), "logs:TagResource": ("", ":*")}
    return tuple(
        scope.arn("logs", f"log-group:{names.log_group(door)}{end}")
        for names in scope.environments
        for door in scope.doors
        for end in inside.get(action, (":*",))
    )


def _parameters(scope: Scope, _: str) -> tuple[str, ...]:
    """Amazon's own, which belong to no account."""
    return (scope.arn("ssm", f"parameter{MACHINE_IMAGES}*", account=False),)


def _bucket(scope: Scope, action: str) -> tuple[str, ...]:
    inside = "/*" if action.endswith(("Object", "ObjectVersion")) else ""
    return tuple(
        f"arn:{scope.partition}:s3:::{names.bucket(scope.account, scope.region)}{inside}"
        for names in scope.environments
    )


def _topics(scope: Scope, _: str) -> tuple[str, ...]:
    return scope.all("sns", "{stem}-{door}-alarms")


def _iam(scope: Scope, action: str) -> tuple[str, ...]:
    if "InstanceProfile" in action:
        return scope.worldwide("iam", "instance-profile", SERVER)
    return scope.worldwide("iam", "role", *scope.doors)


_EVERYWHERE = re.compile(
    r"(autoscaling|ec2|elasticloadbalancing):Describe|ecr:GetAuthorizationToken"
    r"|logs:DescribeLogGroups|cloudwatch:(DescribeAlarms|GetMetric)|tag:Get"
    r"|s3:ListAllMyBuckets|wafv2:|lambda:(ListFunctions|GetAccountSettings)"
    r"|sns:(ListTopics|Unsubscribe)"
)
"""Actions that know no resources, or none whose name we give."""

_RESOURCES: dict[str, Callable[[Scope, str], tuple[str, ...]]] = {
    "autoscaling": _autoscaling,
    "cloudwatch": _cloudwatch,
    "ecr": _ecr,
    "elasticloadbalancing": _balancing,
    "iam": _iam,
    "lambda": _functions,
    "logs": _logs,
    "s3": _bucket,
    "sns": _topics,
    "ssm": _parameters,
}
