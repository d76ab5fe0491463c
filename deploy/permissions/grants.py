"""Where an action is allowed, and on which condition: how a list of actions becomes a policy.

What has a name of ours is allowed by its ARN; what has none, by its tags, or by what it is for.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from deploy.names import FUNCTION, SERVER
from deploy.permissions.arns import arns_of
from deploy.permissions.policies import Condition, Statement, allow
from deploy.permissions.scope import Scope
from deploy.releases.history import HISTORY
from deploy.resources.alias import LIVE

PASSED_TO = {SERVER: "ec2.amazonaws.com", FUNCTION: "lambda.amazonaws.com"}
"""Who takes on the role of each door."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Where an action is allowed, and on which condition."""

    resources: tuple[str, ...]
    condition: Condition = field(default_factory=dict)


Grants = Callable[[Scope, str, Collection[str]], Iterator[Grant]]
"""The grants of an action. The other actions of the policy tell what it is needed for."""


def statements(scope: Scope, actions: Iterable[str]) -> list[Statement]:
    """The statements that allow the actions on what is ours; one for each service and grant."""
    wanted = frozenset(actions) - _FREE
    groups: dict[tuple[str, tuple[str, ...], str], tuple[Grant, list[str]]] = {}
    for action in sorted(wanted):
        service = action.partition(":")[0]
        for grant in grants_of(scope, action, wanted):
            key = (service, grant.resources, json.dumps(grant.condition, sort_keys=True))
            groups.setdefault(key, (grant, []))[1].append(action)
    return [
        allow(
            f"{key[0].title()}{number}", listed, *grant.resources, condition=grant.condition or None
        )
        for number, (key, (grant, listed)) in enumerate(sorted(groups.items(), key=_key), 1)
    ]


def grants_of(scope: Scope, action: str, wanted: Collection[str]) -> tuple[Grant, ...]:
    """Where an action may be done. Raises `KeyError` for a service nobody has thought about."""
    if action in _SPECIAL:
        return tuple(_SPECIAL[action](scope, action, wanted))
    if action.startswith("ec2:") and not action.startswith("ec2:Describe"):
        return tuple(_ours(scope, action))
    return (Grant(arns_of(scope, action)),)


def _key(item: tuple[tuple[str, tuple[str, ...], str], object]) -> tuple[str, tuple[str, ...], str]:
    return item[0]


def _ours(scope: Scope, action: str) -> Iterator[Grant]:
    """What is there, and has our tags."""
    (kind,) = (kind for word, kind in _KINDS.items() if word in action)
    yield Grant((scope.arn("ec2", f"{kind}/*"),), scope.tagged("Resource"))


def _new_template(scope: Scope, _: str, __: Collection[str]) -> Iterator[Grant]:
    yield Grant((scope.arn("ec2", "launch-template/*"),), scope.tagged("Request"))


def _new_security_group(scope: Scope, _: str, __: Collection[str]) -> Iterator[Grant]:
    yield Grant((scope.arn("ec2", "security-group/*"),), scope.tagged("Request"))
    yield Grant((scope.arn("ec2", "vpc/*"),))


def _launch(scope: Scope, _: str, __: Collection[str]) -> Iterator[Grant]:
    """What Auto Scaling checks of whoever hands it a launch template, in a dry run of a launch."""
    templates = scope.arn("ec2", "launch-template/*")
    yield Grant((templates,), scope.tagged("Resource"))
    image = scope.arn("ec2", "image/*", account=False)
    parts = [scope.arn("ec2", f"{part}/*") for part in _PARTS]
    yield Grant((image, *parts), {"ArnLike": {"ec2:LaunchTemplate": templates}})


def _tag(scope: Scope, _: str, wanted: Collection[str]) -> Iterator[Grant]:
    """New things as they are made, and our own things anew for those who may make them."""
    for action, kinds in _TAGGED.items():
        if action in wanted:
            made = {"StringEquals": {"ec2:CreateAction": action.partition(":")[2]}}
            yield Grant(tuple(scope.arn("ec2", f"{kind}/*") for kind in kinds), made)
    if "ec2:CreateLaunchTemplate" in wanted:
        ours = (scope.arn("ec2", f"{kind}/*") for kind in _KINDS.values())
        yield Grant(tuple(ours), scope.tagged("Resource"))


def _pass_role(scope: Scope, _: str, wanted: Collection[str]) -> Iterator[Grant]:
    """The role of each door, to the one service that takes it on."""
    for door in scope.doors:
        if _PASSING[door] & frozenset(wanted):
            passed = {"StringEquals": {"iam:PassedToService": PASSED_TO[door]}}
            yield Grant(scope.worldwide("iam", "role", door), passed)


def _service_role(scope: Scope, _: str, __: Collection[str]) -> Iterator[Grant]:
    """The role that a service makes for itself in an account where it was never used."""
    for service in ("autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com"):
        role = scope.arn("iam", f"role/aws-service-role/{service}/*", region=False)
        yield Grant((role,), {"StringEquals": {"iam:AWSServiceName": service}})


def _read(scope: Scope, action: str, wanted: Collection[str]) -> Iterator[Grant]:
    """Who writes no lease has none to read: a plan looks into the history alone."""
    objects = arns_of(scope, action)
    keys = HISTORY if "s3:PutObject" not in wanted else ""
    yield Grant(tuple(f"{each.removesuffix('*')}{keys}*" for each in objects))


def _ask(scope: Scope, action: str, wanted: Collection[str]) -> Iterator[Grant]:
    """The smoke test signs its requests to the function's URL; who publishes a version may invoke
    it too, to ask it before it has any traffic."""
    if action == "lambda:InvokeFunction" and "lambda:PublishVersion" in wanted:
        yield Grant(scope.all("lambda", "function:{stem}:*"))
    through = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    condition: Condition = through if action == "lambda:InvokeFunction" else {}
    yield Grant(scope.all("lambda", f"function:{{stem}}:{LIVE}"), condition)


_FREE = frozenset({"sts:GetCallerIdentity"})
"""What nobody needs permission for."""

_KINDS = {"LaunchTemplate": "launch-template", "SecurityGroup": "security-group"}
"""What has no name in its ARN, by the word for it in an action."""

_PARTS = ("instance", "network-interface", "security-group", "subnet", "volume")
"""What a launch makes or uses, besides image and template."""

_TAGGED = {
    "ec2:CreateLaunchTemplate": ("launch-template",),
    "ec2:CreateSecurityGroup": ("security-group",),
    "ec2:RunInstances": ("instance", "volume"),
}
"""What is tagged as it is made."""

_PASSING = {
    SERVER: frozenset({"ec2:RunInstances", "iam:AddRoleToInstanceProfile"}),
    FUNCTION: frozenset({"lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"}),
}
"""Actions that hand over the role of a door."""

_SPECIAL: dict[str, Grants] = {
    "ec2:CreateLaunchTemplate": _new_template,
    "ec2:CreateSecurityGroup": _new_security_group,
    "ec2:CreateTags": _tag,
    "ec2:RunInstances": _launch,
    "iam:CreateServiceLinkedRole": _service_role,
    "iam:PassRole": _pass_role,
    "lambda:InvokeFunction": _ask,
    "lambda:InvokeFunctionUrl": _ask,
    "s3:GetObject": _read,
}
"""Actions with grants of their own."""
