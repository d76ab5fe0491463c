"""What the caller may do, as IAM itself simulates it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, missing_action
from deploy.permissions.policies import Condition, Statement


def denied_actions(aws: Aws, statements: Sequence[Statement]) -> tuple[str, ...] | None:
    """The actions of the statements that are not allowed where they say, on their conditions.

    None if the caller may not simulate. The root user is never simulated. Simulation knows the
    policies of the role or user and of its boundary, not those of the organisation's control
    policies that depend on conditions.
    """
    try:
        source = principal(aws)
        denied = {each for statement in statements for each in _denied(aws, source, statement)}
    except ClientError as error:
        if missing_action(error):
            return None
        raise
    return tuple(sorted(denied))


def principal(aws: Aws) -> str:
    """The ARN of the user, or of the role behind a session: its path is not in the session's."""
    arn = str(aws.client("sts").get_caller_identity()["Arn"])
    kind, _, rest = arn.rpartition(":")[2].partition("/")
    if kind != "assumed-role":
        return arn
    role = aws.client("iam").get_role(RoleName=rest.partition("/")[0])["Role"]
    return str(role["Arn"])


def _denied(aws: Aws, source: str, statement: Statement) -> Iterable[str]:
    results = aws.pages(
        "iam",
        "simulate_principal_policy",
        "EvaluationResults",
        PolicySourceArn=source,
        ActionNames=statement["Action"],
        ResourceArns=statement["Resource"],
        ContextEntries=list(_context(statement.get("Condition", {}))),
    )
    return [str(each["EvalActionName"]) for each in results if each["EvalDecision"] != "allowed"]


def _context(condition: Condition) -> Iterator[dict[str, Any]]:
    """A request as the condition wants it, such as one that hands the role to EC2."""
    for operator, keys in condition.items():
        for key, value in keys.items():
            yield {
                "ContextKeyName": key,
                "ContextKeyValues": [value] if isinstance(value, str) else list(value),
                "ContextKeyType": "boolean" if operator == "Bool" else "string",
            }
