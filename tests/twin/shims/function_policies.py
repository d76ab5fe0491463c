"""Permissions of a function URL: conditions in the policy, not stray members of the statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.awslambda.policy import Policy


@contextmanager
def mended() -> Iterator[None]:
    merge = Policy.condition_merge

    def condition_merge(policy: Policy, statement: dict[str, Any]) -> None:
        merge(policy, statement)
        auth = statement.pop("FunctionUrlAuthType", None)
        if auth is not None:
            _add(statement, "StringEquals", "lambda:FunctionUrlAuthType", auth)
        via_url = statement.pop("InvokedViaFunctionUrl", None)
        if via_url is not None:
            _add(statement, "Bool", "lambda:InvokedViaFunctionUrl", str(via_url).lower())

    with patch.object(Policy, "condition_merge", condition_merge):
        yield


def _add(statement: dict[str, Any], operator: str, key: str, value: str) -> None:
    statement.setdefault("Condition", {}).setdefault(operator, {})[key] = value
