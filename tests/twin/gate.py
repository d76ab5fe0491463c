"""The gate before moto: every request passes rules that refuse it, answer it, or follow it up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest
from moto.core import errors
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.parse import XFormedDict
from moto.core.responses import ActionResult, BaseResponse

from tests.twin.clock import Clock
from tests.twin.place import Place

# The header of a request that a fault has answered: botocore asks every handler of an event,
# so that moto would still do what the caller was told has failed.
ANSWERED = "x-twin-answered"

# What every service may answer though its model does not say so; moto warns of other codes.
COMMON = [*errors.COMMON_ERROR_CODES, "AccessDeniedException"]

Params = dict[str, Any]
Answer = ActionResult
Check = Callable[["Request"], Answer | None]


class Refusal(ServiceException):
    """An error of AWS's: `Refusal(code, message)`, sent in the protocol of the service."""


@dataclass(frozen=True)
class Request:
    """One request as a rule sees it; `sent` is moto's own form of the parameters, to be mended."""

    service: str
    operation: str
    params: Params
    sent: Any
    place: Place


@dataclass(frozen=True)
class Rule:
    """What to do on one operation.

    `check` runs before moto does: it may raise a Refusal, answer in moto's place, or return None.
    With `after` it runs once moto has answered well.
    """

    service: str  # boto3's name
    operation: str
    check: Check
    after: bool = False


class Gate:
    """All rules by operation, held before moto's own dispatch; one request at a time."""

    def __init__(self, clock: Clock) -> None:
        self.lock = clock.lock
        self._clock = clock
        self._rules: dict[tuple[str, str], list[Rule]] = defaultdict(list)

    def add(self, rules: Iterable[Rule]) -> None:
        for rule in rules:
            self._rules[rule.service, rule.operation].append(rule)

    @contextmanager
    def closed(self) -> Iterator[None]:
        """While this lasts, every request to moto passes the rules."""
        act, stub = BaseResponse.call_action, BotocoreStubber.__call__

        def call_action(response: BaseResponse) -> TYPE_RESPONSE:
            with self.lock:
                self._clock.look()
                return self._pass(response, lambda: act(response))

        def stubbed(
            stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **kwargs: Any
        ) -> Any:
            if ANSWERED in request.headers:
                return None
            with self.lock:  # S3 knows no call_action
                return stub(stubber, event_name, request, **kwargs)

        with (
            patch.object(errors, "COMMON_ERROR_CODES", COMMON),
            patch.object(BaseResponse, "call_action", call_action),
            patch.object(BotocoreStubber, "__call__", stubbed),
        ):
            yield

    def _pass(self, response: BaseResponse, act: Callable[[], TYPE_RESPONSE]) -> TYPE_RESPONSE:
        service, operation = response.boto3_service_name, response._get_action()  # noqa: SLF001 - moto names no other way to ask
        rules = self._rules.get((service, operation), [])
        if not rules:
            return act()
        request = _request(response, service, operation)
        try:
            answer = _first(rule.check(request) for rule in rules if not rule.after)
        except ServiceException as refusal:
            answer = ActionResult(refusal)
        if answer is not None:
            return _serialized(response, answer)
        reply = act()
        if reply[0] < 300:
            for rule in rules:
                if rule.after:
                    rule.check(request)
        return reply


def _first(answers: Iterable[Answer | None]) -> Answer | None:
    return next((answer for answer in answers if answer is not None), None)


def _request(response: BaseResponse, service: str, operation: str) -> Request:
    if not response.automated_parameter_parsing:
        response.parse_parameters(response.normalized_request)
    sent = response.params
    plain = sent.original_dict() if isinstance(sent, XFormedDict) else sent
    place = Place(response.current_account, response.region)
    return Request(service, operation, dict(plain), sent, place)


def _serialized(response: BaseResponse, answer: Answer) -> TYPE_RESPONSE:
    """The answer in the service's protocol, with the headers that moto's dispatch adds."""
    status, headers, body = response.serialized(answer)
    headers["status"] = str(status)
    headers, body = response._enrich_response(headers, body)  # noqa: SLF001 - as call_action does
    return status, headers, body
