"""The front path: the plain success of `POST /predict`, without anything else in its way.

It answers what is beyond doubt: a small JSON body of numbers that are all allowed, without a
query. Everything else, every refusal included, it hands on to the app behind it as if nothing had
been, and that app would have answered the same: `tests/api/test_front.py` holds the two together.
"""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import AnswerWriter
from api.drain import Drain
from api.identifiers import new_id, request_id
from api.keys import HEADER, KeyGuard
from api.ledger import Ledger
from api.rows import RowReader
from api.settings import Settings
from model import Predictor

_JSON = frozenset(
    (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")
)

Headers = dict[bytes, bytes]

_DIGITS = 12
"""Of a length that is read as a number at all."""


class FrontPath:
    """ASGI middleware before all others. `clock` gives seconds for durations."""

    def __init__(
        self,
        app: ASGIApp,
        predictor: Predictor,
        settings: Settings,
        drain: Drain,
        ledger: Ledger,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._predictor = predictor
        self._reader = RowReader(predictor.manifest.features)
        self._writer = AnswerWriter(predictor)
        self._limit = settings.max_body_bytes
        self._guard = KeyGuard(settings.key_hashes) if settings.key_hashes else None
        self._drain = drain
        self._ledger = ledger
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or hand it on."""
        if not self._is_plain(scope):
            await self._app(scope, receive, send)
            return
        start, now = self._clock(), time.time()
        headers: Headers = dict(scope["headers"])
        if not self._is_ordinary(headers, len(scope["headers"])):
            await self._app(scope, receive, send)
            return
        self._ledger.begin()
        try:
            message = await receive()
        finally:
            self._ledger.end()
        answer = self._answer(message, now)
        if answer is None:
            await self._app(scope, _again(message, receive), send)
            return
        identifier = _identifier(headers, now)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-length", b"%d" % len(answer)),
                    (b"content-type", b"application/json"),
                    (b"x-request-id", identifier.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer})
        client, seconds = scope.get("client"), self._clock() - start
        self._ledger.note(identifier, client[0] if client else None, now + seconds, seconds)

    def _is_plain(self, scope: Scope) -> bool:
        """Whether it asks for one price, and nothing more, of a server that is not stopping."""
        return (
            scope["type"] == "http"
            and scope["path"] == "/predict"
            and scope["method"] == "POST"
            and not scope["query_string"]
            and not self._drain.begun
        )

    def _is_ordinary(self, headers: Headers, count: int) -> bool:
        """Whether the headers, each given once, announce a body that is worth waiting for."""
        length = headers.get(b"content-length", b"0")
        return (
            len(headers) == count
            and headers.get(b"content-type", b"application/json") in _JSON
            and len(length) <= _DIGITS
            and length.isdigit()
            and int(length) <= self._limit
            and (self._guard is None or self._guard.accepts(_key(headers)))
        )

    def _answer(self, message: Message, now: float) -> bytes | None:
        """The body of the answer, None where it is for the app behind to give."""
        body: bytes = message.get("body", b"")
        if message.get("more_body", False) or len(body) > self._limit:
            return None
        try:
            row = self._reader.read_json(body)
            if row is None:
                return None
            text = self._writer.text(self._predictor.predict(row), new_id(now))
        except Exception:  # noqa: BLE001 - the app behind fails in the same way, and in order
            return None
        return None if text is None else text.encode()


def _key(headers: Headers) -> str:
    return headers.get(HEADER.lower().encode(), b"").decode("latin-1")


def _identifier(headers: Headers, now: float) -> str:
    given, traced = headers.get(b"x-request-id"), headers.get(b"x-amzn-trace-id")
    if given is None and traced is None:
        return new_id(now)
    named = {"x-request-id": given or b"", "x-amzn-trace-id": traced or b""}
    return request_id({name: value.decode("latin-1") for name, value in named.items()})


def _again(message: Message, receive: Receive) -> Receive:
    """The channel of a request as it was before its first message was taken."""
    messages = [message]

    async def received() -> Message:
        return messages.pop() if messages else await receive()

    return received
