"""Bad weather for programs that ask over HTTP: a part of their requests is throttled or fails."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Squall:
    """What such a request is answered; nothing of it is done."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


OUTAGE = Squall(HTTPStatus.SERVICE_UNAVAILABLE)


class Weather:
    """`share` is the part of the requests that is struck, half of it by throttling.

    `struck` counts them. The same requests are struck whenever they come in the same order.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self.struck = 0
        self._random = random.Random(0)

    def strike(self, environ: Mapping[str, Any]) -> Squall | None:
        """What the request is answered, if it is struck."""
        if self._random.random() >= self.share:
            return None
        self.struck += 1
        return self._random.choice([OUTAGE, throttled(environ)])


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
        return OUTAGE
    text = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"
    return _xml(HTTPStatus.BAD_REQUEST, text)


def _xml(status: HTTPStatus, text: str) -> Squall:
    return Squall(status, (("Content-Type", "text/xml"),), text.encode())
