"""What a recorded call needs of IAM: its action, and those that AWS checks beside it.

Beside it are checked, says the service authorization reference as dependent actions: the role
that is handed over, the tags that a new thing is given, the launch that a group's template means,
the role that a service makes for itself where it is used for the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.twin.arns import NEW, PREFIXES, arn, arns_of, template_id
from tests.twin.environment import ACCOUNT
from tests.twin.known import Known
from tests.twin.recorder import Call

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

# What it takes to give a new thing its tags.
TAGS = {
    "autoscaling.CreateAutoScalingGroup": "autoscaling:CreateOrUpdateTags",
    "cloudwatch.PutMetricAlarm": "cloudwatch:TagResource",
    "ec2.CreateLaunchTemplate": "ec2:CreateTags",
    "ec2.CreateSecurityGroup": "ec2:CreateTags",
    "ecr.CreateRepository": "ecr:TagResource",
    "elbv2.CreateListener": "elasticloadbalancing:AddTags",
    "elbv2.CreateLoadBalancer": "elasticloadbalancing:AddTags",
    "elbv2.CreateTargetGroup": "elasticloadbalancing:AddTags",
    "iam.CreateInstanceProfile": "iam:TagInstanceProfile",
    "iam.CreateOpenIDConnectProvider": "iam:TagOpenIDConnectProvider",
    "iam.CreateRole": "iam:TagRole",
    "lambda.CreateFunction": "lambda:TagResource",
    "logs.CreateLogGroup": "logs:TagResource",
    "sns.CreateTopic": "sns:TagResource",
}

# The service whose own role is made where it is used for the first time.
SERVICE_ROLES = {
    "autoscaling.CreateAutoScalingGroup": "autoscaling.amazonaws.com",
    "elbv2.CreateLoadBalancer": "elasticloadbalancing.amazonaws.com",
}

# The web ACL of a balancer is the balancer's too. AWS has an older and a newer action for it:
# https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
FIREWALLS = {
    "wafv2.AssociateWebACL": ("SetWebACL", "CreateWebACLAssociation"),
    "wafv2.DisassociateWebACL": ("SetWebACL", "DeleteWebACLAssociation"),
    "wafv2.GetWebACLForResource": ("GetLoadBalancerWebACL",),
}

ROLES = ("Role", "RoleArn", "RoleARN", "roleArn", "ExecutionRoleArn")
INSTANCES = "ec2.amazonaws.com"

Context = tuple[tuple[str, tuple[str, ...]], ...]
"""The condition keys of a request, each with its values."""


@dataclass(frozen=True)
class Need:
    """One permission that a call needs, and what conditions may be made upon."""

    action: str
    resource: str
    context: Context = ()


def needs(call: Call, known: Known | None = None) -> list[Need]:
    """The permissions of a call; `known` tells what it only names."""
    known = known or Known()
    return list(
        dict.fromkeys(
            [
                *_own(call, known),
                *_passed(call),
                *_tagged(call, known),
                *_launch(call, known),
                *_service_role(call),
                *_firewall(call),
            ]
        )
    )


def asked(function: str, region: str) -> list[Need]:
    """The permissions of a signed request to the URL of a function's alias."""
    place = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{function}"
    signed: Context = (("lambda:FunctionUrlAuthType", ("AWS_IAM",)),)
    through: Context = (("lambda:InvokedViaFunctionUrl", ("true",)),)
    return [
        Need("lambda:InvokeFunctionUrl", place, signed),
        Need("lambda:InvokeFunction", place, through),
    ]


def _own(call: Call, known: Known) -> Iterator[Need]:
    prefix = PREFIXES.get(call.service, call.service)
    action = ACTIONS.get(call.name, f"{prefix}:{call.operation}")
    if action == "s3:DeleteObject" and _versions(call.parameters):
        action = "s3:DeleteObjectVersion"
    for resource in arns_of(call, known):
        yield Need(action, resource, _context(call, resource, known))


def _versions(parameters: dict[str, Any]) -> bool:
    return any("VersionId" in each for each in parameters.get("Delete", {}).get("Objects", ()))


def _context(call: Call, resource: str, known: Known) -> Context:
    """The tags of the request, and those of what it is about."""
    requested = {f"aws:RequestTag/{key}": (value,) for key, value in _request_tags(call).items()}
    live = known.tags.get(resource.rpartition("/")[2], {}) if ":ec2:" in resource else {}
    return tuple(
        sorted((requested | {f"aws:ResourceTag/{key}": (live[key],) for key in live}).items())
    )


def _request_tags(call: Call) -> dict[str, str]:
    given = call.parameters.get("Tags") or call.parameters.get("tags") or []
    for each in call.parameters.get("TagSpecifications", []):
        given = each["Tags"]
    return dict(given) if isinstance(given, dict) else {tag["Key"]: tag["Value"] for tag in given}


def _passed(call: Call) -> Iterator[Need]:
    """The roles that a call hands to a service."""
    for name in ROLES:
        if name in call.parameters:
            yield _pass(str(call.parameters[name]), f"{call.service}.amazonaws.com")
    if call.name == "iam.AddRoleToInstanceProfile":
        yield _pass(f"arn:aws:iam::{ACCOUNT}:role/{call.parameters['RoleName']}", INSTANCES)


def _pass(role: str, service: str) -> Need:
    return Need("iam:PassRole", role, (("iam:PassedToService", (service,)),))


def _tagged(call: Call, known: Known) -> Iterator[Need]:
    if call.name not in TAGS or not _request_tags(call):
        return
    by = (f"{TAGS[call.name].partition(':')[0]}:CreateAction", (call.operation,))
    for parent in arns_of(call, known):
        listener = call.name == "elbv2.CreateListener"  # which stands in its balancer
        made = f"{parent.replace(':loadbalancer/', ':listener/')}/{NEW}" if listener else parent
        if ":vpc/" not in made:
            context = tuple(sorted((*_context(call, made, known), by)))
            yield Need(TAGS[call.name], made, context)


def _launch(call: Call, known: Known) -> Iterator[Need]:
    """What Auto Scaling checks of whoever hands it a template, in a dry run of a launch."""
    template = _template(call)
    if not template:
        return
    name = template_id(template, known)
    data = known.versions.get((name, str(template.get("Version"))), {})
    own = arn(_as_ec2(call), f"launch-template/{name}")
    by: Context = (("ec2:LaunchTemplate", (own,)),)
    tags = known.tags.get(name, {})
    yield Need("ec2:RunInstances", own, tuple((f"aws:ResourceTag/{k}", (tags[k],)) for k in tags))
    yield Need(
        "ec2:RunInstances", arn(_as_ec2(call), f"image/{data.get('ImageId', NEW)}", account=""), by
    )
    groups = [group for each in data.get("NetworkInterfaces", ()) for group in each["Groups"]]
    parts = [f"{kind}/{NEW}" for kind in ("instance", "network-interface", "subnet", "volume")]
    for path in (*parts, *(f"security-group/{group}" for group in groups)):
        yield Need("ec2:RunInstances", arn(_as_ec2(call), path), by)
    made: Context = (("ec2:CreateAction", ("RunInstances",)),)
    for each in data.get("TagSpecifications", ()):
        yield Need("ec2:CreateTags", arn(_as_ec2(call), f"{each['ResourceType']}/{NEW}"), made)
    if "IamInstanceProfile" in data:
        yield _pass(known.roles[data["IamInstanceProfile"]["Name"]], INSTANCES)


def _as_ec2(call: Call) -> Call:
    return Call("ec2", "RunInstances", {}, call.region)


def _template(call: Call) -> dict[str, Any]:
    """The launch template that a call gives a group, alone or among mixed instances."""
    if call.service != "autoscaling":
        return {}
    wanted = call.parameters.get("DesiredConfiguration", call.parameters)
    mixed = wanted.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    return dict(wanted.get("LaunchTemplate") or mixed.get("LaunchTemplateSpecification") or {})


def _service_role(call: Call) -> Iterator[Need]:
    if call.name in SERVICE_ROLES:
        service = SERVICE_ROLES[call.name]
        role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{service}/{NEW}"
        yield Need("iam:CreateServiceLinkedRole", role, (("iam:AWSServiceName", (service,)),))


def _firewall(call: Call) -> Iterator[Need]:
    for action in FIREWALLS.get(call.name, ()):
        yield Need(f"elasticloadbalancing:{action}", str(call.parameters["ResourceArn"]))
    if call.name == "wafv2.GetWebACLForResource":  # shows the ACL itself, says botocore's model
        yield Need("wafv2:GetWebACL", "*")
