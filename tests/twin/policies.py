"""What an IAM policy says of one request: its actions, resources, principals and conditions.

As AWS evaluates them: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
An operator of a condition that is not known here is an error: it would else hold by chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from tests.twin.permissions import Need

Statement = Mapping[str, Any]
Document = Mapping[str, Any]

ALLOWED, DENIED, UNSAID = "allowed", "denied", "unsaid"


def verdict(document: Document, need: Need) -> str:
    """`DENIED` by any statement that denies, else `ALLOWED` by any that allows, else `UNSAID`."""
    effects = {each["Effect"] for each in listed(document["Statement"]) if concerns(each, need)}
    if "Deny" in effects:
        return DENIED
    return ALLOWED if "Allow" in effects else UNSAID


def concerns(statement: Statement, need: Need) -> bool:
    """Whether a statement is about this request; of a policy with principals, about anybody's."""
    return (
        any(_glob(each.lower(), need.action.lower()) for each in listed(statement["Action"]))
        and any(covers(each, need.resource) for each in listed(statement["Resource"]))
        and _is_anybody(statement.get("Principal", "*"))
        and holds(statement.get("Condition", {}), dict(need.context))
    )


def covers(pattern: str, resource: str) -> bool:
    """Whether a pattern is of this ARN; `*` and `?` do not reach over the colons in its head."""
    if pattern == "*":
        return True
    wanted, found = pattern.split(":", 5), resource.split(":", 5)
    return len(wanted) == len(found) and all(map(_glob, wanted, found))


def holds(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, Any]) -> bool:
    """Whether every key of every operator holds; `context` gives the values of each key."""
    return all(
        _holds(operator, listed(wanted), context.get(key))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def listed(value: Any) -> list[Any]:
    """A list as it is, and one thing as a list of it."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _holds(operator: str, wanted: Sequence[str], values: Sequence[str] | None) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if_exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    compare = OPERATORS[name]
    if not values:
        return if_exists or quantifier == "ForAllValues"
    found = (any(compare(each, value) for each in wanted) for value in values)
    if not quantifier and len(values) > 1:
        raise ValueError(f"{operator} compares one value, not {values}: say ForAnyValue.")
    return any(found) if quantifier != "ForAllValues" else all(found)


def _is_anybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in _all(principal.values()))


def _all(values: Iterable[Any]) -> list[Any]:
    return [each for value in values for each in listed(value)]


def _glob(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(each, re.escape(each)) for each in pattern), re.DOTALL)


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "ArnEquals": covers,
    "ArnLike": covers,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "StringEquals": lambda wanted, value: wanted == value,
    "StringLike": _glob,
}
"""By name: whether one wanted value and one of the request agree."""
