"""The resources of this service that an IAM action is about: how a list of calls becomes a policy.

Which actions know resources, and which condition keys, is told by the service authorization
reference: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from deploy.names import FUNCTION, SERVER, Names
from deploy.policies import Condition, Statement, allow

AMI_PARAMETERS = "parameter/aws/service/ami-amazon-linux-latest/*"


@dataclass(frozen=True, slots=True)
class Scope:
    """One account, region and service, in some environments."""

    partition: str
    account: str
    region: str
    environments: tuple[Names, ...]

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def all(self, service: str, *patterns: str) -> tuple[str, ...]:
        """The ARNs of the patterns, `{}` standing for each environment's common start."""
        return tuple(
            self.arn(service, pattern.format(names.stem))
            for names in self.environments
            for pattern in patterns
        )

    @property
    def service(self) -> str:
        """The name of the service, which every environment shares."""
        return self.environments[0].name

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the instances and functions."""
        return tuple(
            f"arn:{self.partition}:iam::{self.account}:role/{names.stem}-*"
            for names in self.environments
        )


def statements(scope: Scope, actions: Iterable[str]) -> list[Statement]:
    """The statements that allow the actions on what is ours; one for each set of resources."""
    groups: dict[tuple[str, tuple[str, ...], bool], list[str]] = {}
    for action in actions:
        if action in _FREE:
            continue
        resources = resources_of(scope, action)
        service = action.partition(":")[0]
        groups.setdefault((service, resources, _by_tag(action)), []).append(action)
    return [
        allow(
            f"{service.title()}{number}",
            listed,
            *resources,
            condition=_tagged(scope) if tagged else None,
        )
        for number, ((service, resources, tagged), listed) in enumerate(sorted(groups.items()), 1)
    ]


def resources_of(scope: Scope, action: str) -> tuple[str, ...]:
    """What an action may touch. Raises `KeyError` for a service that nobody has thought about."""
    if _EVERYWHERE.match(action):
        return ("*",)
    return _RESOURCES[action.partition(":")[0]](scope, action)


def _autoscaling(scope: Scope, _: str) -> tuple[str, ...]:
    return scope.all("autoscaling", "autoScalingGroup:*:autoScalingGroupName/{}*")


def _cloudwatch(scope: Scope, action: str) -> tuple[str, ...]:
    if "Dashboard" in action:  # the one thing here that belongs to no region
        return tuple(
            f"arn:{scope.partition}:cloudwatch::{scope.account}:dashboard/{names.stem}*"
            for names in scope.environments
        )
    return scope.all("cloudwatch", "alarm:{}-*")


def _ec2(scope: Scope, action: str) -> tuple[str, ...]:
    if "LaunchTemplate" in action:
        return (scope.arn("ec2", "launch-template/*"),)
    return ("*",)


def _ecr(scope: Scope, _: str) -> tuple[str, ...]:
    return (scope.arn("ecr", f"repository/{scope.environments[0].repository}"),)


def _balancing(scope: Scope, _: str) -> tuple[str, ...]:
    kinds = ("loadbalancer/app/{}*", "targetgroup/{}*", "listener/app/{}*")
    return scope.all("elasticloadbalancing", *kinds)


def _functions(scope: Scope, _: str) -> tuple[str, ...]:
    return scope.all("lambda", "function:{}", "function:{}:*")


def _logs(scope: Scope, _: str) -> tuple[str, ...]:
    """The groups, which some actions want with `:*` behind, and the streams in them."""
    return tuple(
        scope.arn("logs", f"log-group:{names.log_group(door)}*")
        for names in scope.environments
        for door in (SERVER, FUNCTION)
    )


def _parameters(scope: Scope, _: str) -> tuple[str, ...]:
    """Amazon's own, which belong to no account."""
    return (f"arn:{scope.partition}:ssm:{scope.region}::{AMI_PARAMETERS}",)


def _bucket(scope: Scope, action: str) -> tuple[str, ...]:
    buckets = [
        f"arn:{scope.partition}:s3:::{names.bucket(scope.account, scope.region)}"
        for names in scope.environments
    ]
    inside = "/*" if action.endswith(("Object", "ObjectVersion")) else ""
    return tuple(f"{bucket}{inside}" for bucket in buckets)


def _topics(scope: Scope, _: str) -> tuple[str, ...]:
    return scope.all("sns", "{}*")


def _iam(scope: Scope, action: str) -> tuple[str, ...]:
    if "InstanceProfile" in action and "Role" not in action:
        return tuple(
            f"arn:{scope.partition}:iam::{scope.account}:instance-profile/{names.stem}*"
            for names in scope.environments
        )
    return scope.roles


def _by_tag(action: str) -> bool:
    return action.startswith("ec2:") and _EVERYWHERE.match(action) is None


def _tagged(scope: Scope) -> Condition:
    """Launch templates have no names in their ARNs, but ours have tags."""
    return {"StringEquals": {"aws:ResourceTag/service": scope.service}}


_FREE = frozenset({"sts:GetCallerIdentity", "iam:PassRole"})
"""Nobody needs permission for the one; the other stands in a statement with a condition."""

_EVERYWHERE = re.compile(
    r"(autoscaling|ec2|elasticloadbalancing):Describe|ecr:GetAuthorizationToken"
    r"|logs:DescribeLogGroups|cloudwatch:(DescribeAlarms|GetMetric)|tag:Get"
    r"|s3:ListAllMyBuckets|wafv2:|lambda:(ListFunctions|GetAccountSettings)|sns:ListTopics"
)
"""Actions that know no resources."""

_RESOURCES = {
    "autoscaling": _autoscaling,
    "cloudwatch": _cloudwatch,
    "ec2": _ec2,
    "ecr": _ecr,
    "elasticloadbalancing": _balancing,
    "iam": _iam,
    "lambda": _functions,
    "logs": _logs,
    "s3": _bucket,
    "sns": _topics,
    "ssm": _parameters,
}
