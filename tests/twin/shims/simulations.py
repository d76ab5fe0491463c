"""SimulatePrincipalPolicy, which moto lacks: what the policies of a role or user say of actions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import IAMBackend, Role, User

from tests.twin.gate import Refusal, Request, Rule
from tests.twin.permissions import Context, Need
from tests.twin.policies import ALLOWED, DENIED, UNSAID, Document, listed, verdict

DECISIONS = {DENIED: "explicitDeny", UNSAID: "implicitDeny", ALLOWED: "allowed"}
"""From the worst to the best: the decision on an action is the worst of those on its resources."""


def rules() -> list[Rule]:
    return [Rule("iam", "SimulatePrincipalPolicy", _simulate)]


def _simulate(request: Request) -> ActionResult:
    params, iam = request.params, request.place.iam
    policy = _policy(iam, _principal(iam, params["PolicySourceArn"]))
    context = tuple(
        (each["ContextKeyName"], tuple(each["ContextKeyValues"]))
        for each in params.get("ContextEntries", ())
    )
    resources = params.get("ResourceArns") or ["*"]
    results = [_result(policy, action, resources, context) for action in params["ActionNames"]]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _principal(iam: IAMBackend, arn: str) -> Role | User:
    everybody: list[Role | User] = [*iam.get_roles(), *iam.users.values()]
    for one in everybody:
        if one.arn == arn:
            return one
    raise Refusal("NoSuchEntity", f"The entity {arn} cannot be found.")


def _policy(iam: IAMBackend, principal: Role | User) -> Document:
    """All of its statements, those of its groups among them."""
    groups = iam.get_groups_for_user(principal.name) if isinstance(principal, User) else []
    statements = [
        statement
        for one in (principal, *groups)
        for text in _texts(one)
        for statement in listed(json.loads(text)["Statement"])
    ]
    return {"Statement": statements}


def _texts(one: Any) -> Iterator[str]:
    """Its inline policies, and the default versions of those that are attached."""
    yield from one.policies.values()
    for managed in one.managed_policies.values():
        for version in managed.versions:
            if version.version_id == managed.default_version_id:
                yield version.document


def _result(
    policy: Document, action: str, resources: list[str], context: Context
) -> dict[str, Any]:
    said = {each: verdict(policy, Need(action, each, context)) for each in resources}
    specific = [
        {"EvalResourceName": each, "EvalResourceDecision": DECISIONS[one]}
        for each, one in said.items()
    ]
    worst = min(said.values(), key=list(DECISIONS).index)
    return {
        "EvalActionName": action,
        "EvalResourceName": resources[0],
        "EvalDecision": DECISIONS[worst],
        "ResourceSpecificResults": specific,
    }
