"""Faults that a test orders: throttling, outages, lost answers, and a program that is killed."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.model import OperationModel
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from tests.twin.gate import ANSWERED, Refusal
from tests.twin.recorder import READS
from tests.twin.storm import Storm

# How each service says that it is asked too often.
THROTTLED = {
    "ec2": ("RequestLimitExceeded", 503),
    "lambda": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
    "elbv2": ("Throttling", 400),
    "autoscaling": ("Throttling", 400),
    "iam": ("Throttling", 400),
    "cloudwatch": ("Throttling", 400),
}
STATUS = {"InternalError": 500, "InternalFailure": 500, "ServiceUnavailable": 503}

THROTTLE = "throttle"
OUTAGE = "outage"  # 500, and nothing was done
UNREACHABLE = "unreachable"  # no connection, and nothing was done
LOST = "lost"  # it was done, but the answer never came


class Interrupted(BaseException):
    """The program is killed here; like KeyboardInterrupt it is no error to be caught."""


@dataclass
class _Fault:
    """One order: which attempts it strikes, and with what."""

    strikes: Callable[[str, int, int], bool]  # name, attempts of that name, attempts in all
    error: str
    left: int


class Faults:
    """Orders are kept until they are used up or `clear`ed.

    An attempt is one request on the wire, a call is what the program asks for: botocore may make
    several attempts at one call.
    """

    def __init__(self) -> None:
        self._orders: list[_Fault | Storm] = []
        self._attempts: dict[str, int] = {}
        self._calls = 0
        self._kill: tuple[int, str, bool] | None = None
        self._watch: Callable[[], None] | None = None
        self._mine = threading.local()

    def every(self, n: int, error: str = THROTTLE) -> None:
        """Strike every n-th attempt of all."""
        self._order(lambda _, __, total: total % n == 0, error)

    def first(self, error: str = THROTTLE, times: int = 1) -> None:
        """Strike the first attempts at every operation, so that each has to survive it once."""
        self._order(lambda _, own, __: own <= times, error)

    def on(self, operation: str, *, nth: int = 1, times: int = 1, error: str = THROTTLE) -> None:
        """Strike `times` attempts at one operation from its nth on, as in `"ec2.RunInstances"`.

        `error` is one of the words above, or a code of AWS's such as "AccessDenied".
        """
        wanted = operation.rpartition(".")

        def strikes(name: str, own: int, _: int) -> bool:
            return own >= nth and (name == operation or (not wanted[0] and name.endswith(
                f".{operation}")))  # fmt: skip

        self._orders.append(_Fault(strikes, error, times))

    def storm(self, seed: int, *errors: str, share: float = 0.2, longest: int = 5) -> None:
        """Strike such a share of all attempts at random, in bursts of up to `longest`."""
        self._orders.append(Storm(seed, errors, share=share, longest=longest))

    def interrupt_after(self, n: int, *, writes_only: bool = False) -> None:
        """Kill the program when the n-th call from now has been done, before it hears of it."""
        self._kill, self._calls = (n, "after", writes_only), 0

    def interrupt_before(self, n: int, *, writes_only: bool = False) -> None:
        """Kill the program when it is about to make the n-th call from now."""
        self._kill, self._calls = (n, "before", writes_only), 0

    def after_each(self, do: Callable[[], None]) -> None:
        """Do something after each call from now, before the program hears of its answer."""
        self._watch = do

    def clear(self) -> None:
        """Withdraw all orders, and count anew."""
        self._orders.clear()
        self._attempts.clear()
        self._kill = self._watch = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No fault for what a test itself asks meanwhile."""
        orders, kill, watch = self._orders, self._kill, self._watch
        self._orders, self._kill, self._watch = [], None, None
        try:
            yield
        finally:
            self._orders, self._kill, self._watch = orders, kill, watch

    def before_call(self, model: OperationModel, **_: Any) -> None:
        """A handler of botocore's `before-call`."""
        self._mine.model = model
        if self._kill is not None and self._counts(model):
            self._calls += 1
        self._strike_dead("before", model)

    def before_send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        """A handler of botocore's `before-send`, which has to be the first one."""
        model: OperationModel = self._mine.model
        name = f"{model.service_model.service_name}.{model.name}"
        own = self._attempts[name] = self._attempts.get(name, 0) + 1
        total = sum(self._attempts.values())
        for order in self._orders:
            if order.left and order.strikes(name, own, total):
                order.left -= 1
                return _struck(request, model, order.error)
        return None

    def after_call(self, model: OperationModel, **_: Any) -> None:
        """A handler of botocore's `after-call`."""
        if self._watch is not None:
            self._watch()
        self._strike_dead("after", model)

    def _order(self, strikes: Callable[[str, int, int], bool], error: str) -> None:
        self._orders.append(_Fault(strikes, error, 10**9))

    def _counts(self, model: OperationModel) -> bool:
        writes_only = self._kill is not None and self._kill[2]
        return not writes_only or not model.name.startswith(READS)

    def _strike_dead(self, when: str, model: OperationModel) -> None:
        if self._kill is None or self._kill[1] != when or not self._counts(model):
            return
        if self._calls >= self._kill[0]:
            number, self._kill = self._calls, None
            name = f"{model.service_model.service_name}.{model.name}"
            raise Interrupted(f"killed {when} call {number}, {name}")


def _struck(request: AWSPreparedRequest, model: OperationModel, error: str) -> AWSResponse:
    url = str(request.url)
    if error == UNREACHABLE:
        raise ConnectTimeoutError(endpoint_url=url)
    if error == LOST:
        _do(request)
        raise ReadTimeoutError(endpoint_url=url)
    request.headers[ANSWERED] = error
    service = model.service_model.service_name
    if error == THROTTLE:
        code, status = THROTTLED.get(service, ("ThrottlingException", 400))
        return _answer(url, model, code, "Rate exceeded", status)
    if error == OUTAGE:
        return _answer(url, model, "InternalError", "An internal error has occurred", 500)
    message = f"{error}, because a test says so"
    return _answer(url, model, error, message, STATUS.get(error))


def _do(request: AWSPreparedRequest) -> None:
    """Have the request done, whoever is going to hear of it."""
    if botocore_stubber("before-send", request) is None:
        with closing(URLLib3Session()) as connections:
            connections.send(request)


def _answer(
    url: str, model: OperationModel, code: str, message: str, status: int | None
) -> AWSResponse:
    """The error in the service's own protocol."""
    service = get_service_model(model.service_model.service_name)
    serializer = get_serializer_class(service.service_name, str(service.resolved_protocol))(
        operation_model=service.operation_model(model.name)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # moto warns of a code that the service's model lacks
        reply = serializer.serialize(Refusal(code, message))
    body = reply["body"]
    raw: Any = MockRawResponse(body if isinstance(body, bytes) else str(body))
    headers = HTTPHeaders.from_dict(dict(reply["headers"]))
    return AWSResponse(url, status or int(reply["status_code"]), headers, raw)
