"""Bad weather for programs that ask over HTTP: a storm throttles and fails their requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tests.twin.faults import OUTAGE, THROTTLE
from tests.twin.storm import Storm

SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Squall:
    """What such a request is answered; nothing of it is done."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


FAILED = Squall(HTTPStatus.INTERNAL_SERVER_ERROR)


class Weather:
    """Of the requests that were `asked` while there was a storm so many were `struck`."""

    def __init__(self) -> None:
        self.asked = 0
        self.struck = 0
        self._storm: Storm | None = None

    @contextmanager
    def stormy(self, seed: int, *, share: float = 0.2, longest: int = 5) -> Iterator[None]:
        """Strike such a share of the requests while this lasts, half of the bursts by throttling.

        The same requests are struck whenever they come in the same order.
        """
        self._storm = Storm(seed, (THROTTLE, OUTAGE), share=share, longest=longest)
        try:
            yield
        finally:
            self._storm = None

    def strike(self, environ: Mapping[str, Any]) -> Squall | None:
        """What the request is answered, if it is struck."""
        storm = self._storm
        if storm is None:
            return None
        self.asked += 1
        if not storm.strikes():
            return None
        self.struck += 1
        return throttled(environ) if storm.error == THROTTLE else FAILED


def throttled(environ: Mapping[str, Any]) -> Squall:
    """How the service that is asked says that it is asked too often."""
    found = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = found[1] if found else ""
    if service == "s3":
        return _xml(HTTPStatus.SERVICE_UNAVAILABLE, "<Error><Code>SlowDown</Code></Error>")
    if service == "lambda":
        headers = (("x-amzn-errortype", "TooManyRequestsException"),)
        return Squall(HTTPStatus.TOO_MANY_REQUESTS, headers, b"{}")
    if service == "ec2":
        code = "<Error><Code>RequestLimitExceeded</Code></Error>"
        text = f"<Response><Errors>{code}</Errors></Response>"
        return _xml(HTTPStatus.SERVICE_UNAVAILABLE, text)
    if "HTTP_X_AMZ_TARGET" in environ:
        body = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"})
        return Squall(HTTPStatus.BAD_REQUEST, body=body.encode())
    if "HTTP_SMITHY_PROTOCOL" in environ:
        return FAILED
    text = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"
    return _xml(HTTPStatus.BAD_REQUEST, text)


def _xml(status: HTTPStatus, text: str) -> Squall:
    return Squall(status, (("Content-Type", "text/xml"),), text.encode())
