"""The outermost layer: gives each request an id, a log line, its metrics, and no 500 a trace."""

import logging
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.drain import Drain
from api.identifiers import request_id
from api.logs import FIELDS
from api.metrics import Metrics
from api.problems import Problem, respond

REQUEST_ID = "x-request-id"
CLIENT_GONE = 499
"""Logged, never sent: the client went away before its answer was complete."""

_log = logging.getLogger("api.requests")
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Observer:
    """ASGI middleware around the whole app. `clock` gives seconds for durations."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        drain: Drain,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._drain = drain
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens below."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = self._clock()
        answer = _Answer(scope, send, closing=self._drain.begun)
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        self._metrics.in_flight.inc()
        try:
            await self._app(inner, receive, answer)
        except ClientDisconnect:
            answer.status = CLIENT_GONE
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and becomes a 500
            _log.exception("failed", extra={FIELDS: {"request_id": answer.request_id}})
            await answer.fail(inner, receive)
        finally:
            self._metrics.in_flight.dec()
            route = getattr(inner.get("route"), "path", "unmatched")
            self._record(scope, route, answer, self._clock() - start)

    def _record(self, scope: Scope, route: str, answer: "_Answer", seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(answer.status)).inc()
        self._metrics.duration.labels(route).observe(seconds)
        client = scope.get("client")
        fields = {
            "request_id": answer.request_id,
            "method": scope["method"],
            "path": scope["path"],
            "route": route,
            "status": answer.status,
            "duration_ms": round(seconds * 1000, 3),
            "client": client[0] if client else None,
        }
        _log.info("request", extra={FIELDS: fields})


class _Answer:
    """The `send` of one request: notes the status, adds the headers that every answer has.

    HEAD is asked of the app as GET; here its answer loses the body.
    """

    def __init__(self, scope: Scope, send: Send, *, closing: bool) -> None:
        self._send = send
        self._closing = closing
        self._bodiless = scope["method"] == "HEAD"
        self._started = False
        self.request_id = request_id(Headers(scope=scope))
        self.status = 500

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self.request_id
            headers["x-content-type-options"] = "nosniff"
            if self._closing:
                headers["connection"] = "close"
        elif self._bodiless:
            message = {**message, "body": b""}
        await self._send(message)

    async def fail(self, scope: Scope, receive: Receive) -> None:
        """Answer 500, if nothing has been answered yet."""
        if not self._started:
            detail = f"Something went wrong here. Quote the request id {self.request_id}."
            await respond(Problem(500, detail))(scope, receive, self)
