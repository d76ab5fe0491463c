"""A function is busy after each change, an alias shifts only between published versions, and the
account keeps some of its concurrency for functions that reserve none."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaAlias, LambdaFunction

from tests.twin.clock import Clock
from tests.twin.gate import Answer, Refusal, Request, Rule

BUSY = (
    "The operation cannot be performed at this time. An update is in progress for resource: {arn}"
)
STATE = (
    "The operation cannot be performed at this time. The function is currently in the following "
    "state: {state}"
)
CHANGES = ("UpdateFunctionCode", "UpdateFunctionConfiguration")


KEPT = 100
"""What the account keeps unreserved; all of it if it has less."""


class Functions:
    """How long a function takes: `create` until Active, `update` until Successful, in seconds.

    What Lambda then says may also be that it failed: see `fail`. `limit` is how many invocations
    the account may run at once. `answer` gives what an invocation returns for its event.
    """

    def __init__(self, clock: Clock) -> None:
        self.create: float = 5
        self.update: float = 3
        self.limit = 1000
        self.answer: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        self._clock = clock
        self._active: dict[str, float] = {}
        self._updated: dict[str, float] = {}
        self._unmade: dict[str, str] = {}
        self._unchanged: dict[str, str] = {}
        self._reasons: dict[str, str] = {}
        self._before: dict[str, Any] = {}

    def fail(self, change: str, reason: str) -> None:
        """Let the next "create" or "update" of a function come to nothing, for a reason."""
        if change not in {"create", "update"}:
            raise ValueError(f"a function fails to create or to update, not to {change!r}")
        self._reasons[change] = reason

    def rules(self) -> list[Rule]:
        steady = (*CHANGES, "PublishVersion")
        return [
            Rule("lambda", "CreateFunction", self._created, after=True),
            *[Rule("lambda", operation, self._steady) for operation in steady],
            *[Rule("lambda", operation, self._remembered) for operation in CHANGES],
            *[Rule("lambda", operation, self._changed, after=True) for operation in CHANGES],
            Rule("lambda", "Invoke", self._invoked),
            Rule("lambda", "CreateAlias", _published),
            Rule("lambda", "UpdateAlias", _published),
            Rule("lambda", "AddPermission", _said_once),
            Rule("lambda", "GetAccountSettings", self._account),
            Rule("lambda", "PutFunctionConcurrency", self._reserved),
        ]

    def state(self, function: LambdaFunction) -> dict[str, str]:
        """State and LastUpdateStatus as they are now, and why."""
        now, arn = self._clock.time(), _bare(function.function_arn)
        unmade, unchanged = self._failures(function)
        pending = now < self._active.get(arn, 0)
        busy = now < self._updated.get(arn, 0)
        return {
            "State": "Pending" if pending else "Failed" if unmade else "Active",
            "StateReason": "" if pending else unmade,
            "LastUpdateStatus": "InProgress" if busy else "Failed" if unchanged else "Successful",
            "LastUpdateStatusReason": "" if busy else unchanged,
        }

    def _failures(self, function: LambdaFunction) -> tuple[str, str]:
        """What failed at its creation and at its last change; a version was never changed."""
        if str(function.version) != "$LATEST":
            return "", ""
        arn = _bare(function.function_arn)
        return self._unmade.get(arn, ""), self._unchanged.get(arn, "")

    def _invoked(self, request: Request) -> Answer | None:
        """What runs in the function, if a test has put something there."""
        if self.answer is None:
            return None
        given = self.answer(json.loads(request.params["Payload"]))
        return Answer({"StatusCode": 200, "Payload": json.dumps(given).encode()})

    def _account(self, request: Request) -> Answer:
        """What the account may, which moto does not know."""
        limits = {
            "ConcurrentExecutions": self.limit,
            "UnreservedConcurrentExecutions": self._unreserved(request),
        }
        return Answer({"AccountLimit": limits})

    def _reserved(self, request: Request) -> None:
        wanted, kept = request.params["ReservedConcurrentExecutions"], min(KEPT, self.limit)
        name = request.params["FunctionName"]
        if self._unreserved(request, beside=name) - int(wanted) < kept:
            raise _refused(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{kept}]."
            )

    def _unreserved(self, request: Request, beside: str = "") -> int:
        """What no function has reserved, or none beside one."""
        functions = request.place.functions.list_functions()
        return self.limit - sum(
            int(each.reserved_concurrency or 0)
            for each in functions
            if each.function_name != beside
        )

    def _created(self, request: Request) -> None:
        arn = _bare(_function(request).function_arn)
        self._active[arn] = self._clock.time() + self.create
        self._updated.pop(arn, None)
        self._unmade[arn] = self._reasons.pop("create", "")
        self._unchanged[arn] = ""

    def _remembered(self, request: Request) -> None:
        """What the function is before a change that is going to fail."""
        if "update" in self._reasons:
            held = _function(request).__dict__
            self._before = held | {"code": copy.copy(held["code"])}

    def _changed(self, request: Request) -> None:
        function = _function(request)
        arn = _bare(function.function_arn)
        self._updated[arn] = self._clock.time() + self.update
        self._unchanged[arn] = self._reasons.pop("update", "")
        function.__dict__.update(self._before)
        self._before = {}

    def _steady(self, request: Request) -> None:
        function = _function(request)
        state = self.state(function)
        if state["State"] != "Active":
            raise Refusal("ResourceConflictException", STATE.format(state=state["State"]))
        if state["LastUpdateStatus"] == "InProgress":
            message = BUSY.format(arn=_bare(function.function_arn))
            raise Refusal("ResourceConflictException", message)


def _function(request: Request) -> LambdaFunction:
    return request.place.functions.get_function(request.params["FunctionName"])


def _bare(arn: str) -> str:
    """Without version or alias."""
    return ":".join(arn.split(":")[:7])


def _published(request: Request) -> None:
    weights: dict[str, Any] = (request.params.get("RoutingConfig") or {}).get(
        "AdditionalVersionWeights"
    ) or {}
    if not weights:
        return
    main = request.params.get("FunctionVersion") or _alias(request).function_version
    if "$LATEST" in {main, *weights}:
        raise _refused("$LATEST is not supported for an alias pointing to more than 1 version")
    for version, weight in weights.items():
        if version == main or not 0 <= float(weight) <= 1:
            raise _refused(f"The weight {weight} for the function version {version} is invalid.")
        name = request.params["FunctionName"]
        request.place.functions.get_function(name, version)


def _alias(request: Request) -> LambdaAlias:
    name = request.params["FunctionName"]
    return request.place.functions.get_alias(request.params["Name"], name)


def _said_once(request: Request) -> None:
    sid = request.params["StatementId"]
    if any(one["Sid"] == sid for one in _function(request).policy.statements):
        raise Refusal(
            "ResourceConflictException",
            f"The statement id ({sid}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement.",
        )


def _refused(message: str) -> Refusal:
    return Refusal("InvalidParameterValueException", message)
