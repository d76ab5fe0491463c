"""What the caller may do, as IAM itself simulates it."""

from collections.abc import Iterable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, missing_action
from deploy.scope import Scope, resources_of

_UNTRIED = frozenset({"sts:GetCallerIdentity"})


def denied_actions(aws: Aws, scope: Scope, actions: Sequence[str]) -> tuple[str, ...] | None:
    """The actions that are not allowed on what is ours; None if the caller may not simulate.

    The root user is never simulated. Simulation knows the policies of the role or user and of its
    boundary, not those of the organisation's control policies that depend on conditions.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for action in actions:
        if action not in _UNTRIED:
            groups.setdefault(resources_of(scope, action), []).append(action)
    try:
        source = principal(aws)
        denied = [
            each
            for resources, listed in sorted(groups.items())
            for each in _denied(aws, source, scope.service, listed, resources)
        ]
    except ClientError as error:
        if missing_action(error):
            return None
        raise
    return tuple(sorted(set(denied)))


def principal(aws: Aws) -> str:
    """The ARN of the user, or of the role behind a session: its path is not in the session's."""
    arn = str(aws.client("sts").get_caller_identity()["Arn"])
    kind, _, rest = arn.rpartition(":")[2].partition("/")
    if kind != "assumed-role":
        return arn
    role = aws.client("iam").get_role(RoleName=rest.partition("/")[0])["Role"]
    return str(role["Arn"])


def _denied(
    aws: Aws, source: str, service: str, actions: list[str], resources: tuple[str, ...]
) -> Iterable[str]:
    results = aws.pages(
        "iam",
        "simulate_principal_policy",
        "EvaluationResults",
        PolicySourceArn=source,
        ActionNames=actions,
        ResourceArns=list(resources),
        ContextEntries=[
            _context("aws:ResourceTag/service", service),
            _context("aws:RequestTag/service", service),
        ],
    )
    return [str(each["EvalActionName"]) for each in results if each["EvalDecision"] != "allowed"]


def _context(key: str, value: str) -> dict[str, Any]:
    return {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
