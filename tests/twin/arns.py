"""The ARNs of what a call is about, as IAM is asked for them.

Which resources an action knows is told by the service authorization reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.twin.environment import ACCOUNT
from tests.twin.known import Known
from tests.twin.recorder import Call

NEW = "new"
"""The id of what has none before the call."""

NOWHERE = re.compile(
    r"(autoscaling|ec2|elbv2)\.Describe|cloudwatch\.(Describe|GetMetric)|logs\.DescribeLogGroups"
    r"|ecr\.GetAuthorizationToken|lambda\.(ListFunctions|GetAccountSettings)|sns\.ListTopics"
    r"|sns\.Unsubscribe|wafv2\.|resourcegroupstaggingapi\.|s3\.ListBuckets|sts\."
)
"""Calls whose action knows no resources."""

# The ARN of what a parameter names, by service; the first parameter that a call has decides.
PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "autoscaling": (
        ("AutoScalingGroupName", "autoScalingGroup:*:autoScalingGroupName/{}"),
        ("ResourceId", "autoScalingGroup:*:autoScalingGroupName/{}"),
    ),
    "cloudwatch": (("AlarmName", "alarm:{}"), ("AlarmNames", "alarm:{}")),
    "ec2": (
        ("LaunchTemplateId", "launch-template/{}"),
        ("GroupId", "security-group/{}"),
        ("InstanceId", "instance/{}"),
        ("Resources", "{}"),
    ),
    "ecr": (("repositoryName", "repository/{}"), ("repositoryNames", "repository/{}")),
    "lambda": (("FunctionName", "function:{}"),),
    "logs": (("logGroupName", "log-group:{}:*"),),
    "sns": (("Name", "{}"),),
    "ssm": (("Name", "parameter{}"),),
}
GLOBAL: dict[str, tuple[tuple[str, str], ...]] = {
    "cloudwatch": (("DashboardName", "dashboard/{}"), ("DashboardNames", "dashboard/{}")),
    "iam": (
        ("InstanceProfileName", "instance-profile/{}"),
        ("RoleName", "role/{}"),
        ("PolicyArn", "{}"),
    ),
}
MADE = {
    "ec2.CreateLaunchTemplate": (f"launch-template/{NEW}",),
    "ec2.CreateSecurityGroup": (f"security-group/{NEW}", "vpc/{VpcId}"),
    "elbv2.CreateLoadBalancer": (f"loadbalancer/app/{{Name}}/{NEW}",),
    "elbv2.CreateTargetGroup": (f"targetgroup/{{Name}}/{NEW}",),
}
"""What calls make that have no ARN yet, and what they make it in."""

PREFIXES = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag"}
KINDS = {"lt-": "launch-template", "sg-": "security-group", "i-": "instance", "vol-": "volume"}


def arns_of(call: Call, known: Known) -> list[str]:
    """The ARNs, or "*" where the action knows no resources or the call names none."""
    return list(dict.fromkeys(_arns(call, known))) or ["*"]


def arn(call: Call, path: str, *, account: str = ACCOUNT) -> str:
    """The ARN of something in the call's region."""
    return f"arn:aws:{PREFIXES.get(call.service, call.service)}:{call.region}:{account}:{path}"


def template_id(template: dict[str, Any], known: Known) -> str:
    """The id of a launch template, however it is named."""
    name = template.get("LaunchTemplateName", "")
    return str(template.get("LaunchTemplateId") or known.template_ids.get(name, NEW))


def _arns(call: Call, known: Known) -> Iterator[str]:
    parameters = dict(call.parameters)
    if NOWHERE.match(call.name):
        return
    if call.service == "s3":
        yield from _objects(parameters)
    elif call.name in MADE:
        yield from (arn(call, path.format(**parameters)) for path in MADE[call.name])
    elif call.service == "ssm" and str(parameters.get("Name")).startswith("/aws/service/"):
        yield arn(call, f"parameter{parameters['Name']}", account="")  # Amazon's own
    else:
        if "LaunchTemplateName" in parameters:
            parameters["LaunchTemplateId"] = template_id(parameters, known)
        yield from _named(call, parameters)


def _named(call: Call, parameters: dict[str, Any]) -> Iterator[str]:
    """By ARN, or by the name of what has one."""
    if call.resource and call.resource.startswith("arn:"):
        yield call.resource
    elif "ResourceArns" in parameters or "Resource" in parameters:
        yield from parameters.get("ResourceArns") or [parameters["Resource"]]
    elif call.name == "autoscaling.CreateOrUpdateTags":
        yield from _by_name(call, parameters["Tags"][0])
    else:
        yield from _by_name(call, parameters)


def _by_name(call: Call, parameters: dict[str, Any]) -> Iterator[str]:
    everywhere = [(name, path, f"arn:aws:{call.service}::{ACCOUNT}:{{}}") for name, path in
                  GLOBAL.get(call.service, ())]  # fmt: skip
    here = [(name, path, arn(call, "{}")) for name, path in PATHS.get(call.service, ())]
    for parameter, path, whole in (*everywhere, *here):
        if parameter in parameters:
            for name in _listed(parameters[parameter]):
                yield whole.format(_qualified(call, path.format(_with_kind(call, name))))
            return


def _with_kind(call: Call, name: str) -> str:
    """`ec2.CreateTags` names things by their ids alone."""
    if call.name != "ec2.CreateTags":
        return name
    return next(f"{kind}/{name}" for start, kind in KINDS.items() if name.startswith(start))


def _qualified(call: Call, path: str) -> str:
    qualifier = call.parameters.get("Qualifier") if call.service == "lambda" else None
    return f"{path}:{qualifier}" if qualifier else path


def _objects(parameters: dict[str, Any]) -> Iterator[str]:
    if "Bucket" not in parameters:
        return
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    if "Delete" in parameters:
        yield from (f"{bucket}/{each['Key']}" for each in parameters["Delete"]["Objects"])
    else:
        yield f"{bucket}/{parameters['Key']}" if "Key" in parameters else bucket


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [str(value)]
