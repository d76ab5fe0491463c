"""The protocol of one connection: uvicorn's, which asks the front path before it asks the app.

What the front path answers costs neither a task nor an ASGI scope. For everything else the request
is told to uvicorn's own protocol as if it had just come.
"""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE
from uvicorn.server import ServerState

from api.backlog import PLACED, REFUSED, Backlog, Place
from api.connection import Connection
from api.front import Asked
from api.ledger import CROWDED

_PATH = b"/predict"
_WITH_QUERY = _PATH + b"?"
_BATCH = b"/predict/batch"
_EXPLAINED = b"explain=true"
_PAUSE = 0.05
"""Seconds for which nothing is read from a client that was refused."""


class FrontProtocol(Connection):
    """One HTTP/1.1 connection. The parser calls its methods from within `data_received`."""

    __slots__ = ("_asked", "_crowded", "_entered", "_pieces", "_placed", "_stalled", "_waiting")

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """As a `Connection`."""
        super().__init__(config, server_state, app_state, _loop)
        self._asked: Asked | None = None
        self._pieces: list[bytes] | None = None
        self._crowded = False
        self._entered: tuple[Backlog, float] | None = None
        self._placed: Place | None = None
        self._stalled = False
        self._waiting = False

    def data_received(self, data: bytes) -> None:
        """Bytes came: answer what is complete of them."""
        super().data_received(data)
        if self._heading:
            self._wait_for_head(data)
        elif self._asked is not None and not self._waiting:
            self._waiting = True
            self._front.ledger.begin()
            self._wait(self._give_up)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._heading = True
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Its head is complete: leave its body for later, or the request for the app."""
        placed = False
        self._end_head()
        if self._is_kept():
            if self._is_single():
                self._asked = self._current(self._front.asked(self.headers))
            elif self.url == _BATCH:
                placed = self._is_placed()
        if self._asked is None:
            self._begin_cycle()
            if placed:
                self._take_place()
            elif self._is_single() and self._backlog().refuses():
                self.scope["state"][REFUSED] = True

    def on_body(self, body: bytes) -> None:
        """Some bytes of its body."""
        if self._asked is None:
            self._end_head()
            super().on_body(body)
        elif not self._crowded:
            if self._pieces is None:
                self._pieces = []
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """It is complete: answer it, refuse it, or leave it for the app."""
        if self._asked is None or not self._answered_here(self._asked):
            self._hand_on()
            super().on_message_complete()
            self._enter()

    def on_response_complete(self) -> None:
        """The app has answered."""
        self._leave()
        super().on_response_complete()

    def shutdown(self) -> None:
        """The server stops: a request that has begun is answered yet, by the app."""
        self._hand_on()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone; the app is told, if it had begun to ask."""
        self._hand_on()
        self._leave()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read: what is left of its answer is not the app's work."""
        self._leave()
        self._stalled = True
        super().pause_writing()

    def resume_writing(self) -> None:
        """It reads again."""
        self._stalled = False
        super().resume_writing()

    def _is_kept(self) -> bool:
        """Whether the head posts something in an ordinary way, and nothing is in between."""
        return (
            self.parser.get_method() == b"POST"
            and self.parser.should_keep_alive()
            and not self.expect_100_continue
            and not self._is_busy()
            and not self._stalled
        )

    def _current(self, asked: Asked | None) -> Asked | None:
        """The request, if it is HTTP/1.1: no other keeps open what no header speaks of."""
        if asked is None or b"connection" not in asked.headers:
            return asked
        return asked if self.parser.get_http_version() == "1.1" else None

    def _is_single(self) -> bool:
        """Whether the request is for one price, with reasons or without."""
        return self.url == _PATH or self.url.startswith(_WITH_QUERY)

    def _answered_here(self, asked: Asked) -> bool:
        """Whether the request is answered without the app."""
        client = self._client_of(asked.headers)
        if self._crowded:
            self._write(503, self._front.refuse(asked, client, CROWDED))
            self._pause()
            return True
        plain = self.url == _PATH
        body = b"".join(self._pieces or ())
        answer = self._front.answer(asked, body, client) if plain else None
        if answer is not None:
            self._write(200, answer)
        elif self._backlog().refuses():
            self._write(503, self._front.refuse(asked, client))
            self._pause()
        else:
            return False
        return True

    def _is_placed(self) -> bool:
        """Whether a batch has a place in the queue; for want of one its body is thrown away."""
        batch = self._current(self._front.batch(self.headers))
        if batch is None:
            return False
        self._crowded = self._front.queue.refuses()
        self._asked = batch if self._crowded else None
        return not self._crowded

    def _pause(self) -> None:
        """Read nothing for a moment: who asks again at once would take the time of the others."""
        self.flow.pause_reading()
        self.loop.call_later(_PAUSE, self.flow.resume_reading)

    def _backlog(self) -> Backlog:
        """The requests that this one would wait for."""
        return self._front.explaining if _EXPLAINED in self.url else self._front.backlog

    def _begin_cycle(self) -> None:
        """Let the app begin to answer the request whose head was read."""
        url, headers, expected = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expected
        self.headers += headers
        super().on_headers_complete()

    def _hand_on(self) -> None:
        """Give a request that was left for later to the app, with what has come of its body."""
        if self._asked is None:
            return
        if self._crowded:  # it has no body any more that could be handed on
            self._forget()
            return
        pieces = self._pieces or ()
        self._forget()
        self._begin_cycle()
        for piece in pieces:
            super().on_body(piece)

    def _give_up(self) -> None:
        """The rest of a body does not come: that is for the app to tell, or for nobody."""
        if self._crowded:
            self.transport.close()
        self._hand_on()

    def _forget(self) -> None:
        self._asked, self._pieces, self._crowded = None, None, False
        self._wait_no_more()
        if self._waiting:
            self._waiting = False
            self._front.ledger.end()

    def _enter(self) -> None:
        """Count the request among those that the app is about to answer.

        It is not, where the app waits for the client to read, or has begun with the one before.
        """
        held = self._stalled or self.pipeline or REFUSED in self.scope["state"]
        if self._is_single() and self._is_busy() and not held:
            backlog = self._backlog()
            self._entered = backlog, backlog.enter()

    def _take_place(self) -> None:
        """For a batch, at once: until the app gets to it, many others may have come."""
        self._placed = Place(self._front.queue)
        self.scope["state"][PLACED] = self._placed

    def _leave(self) -> None:
        if self._placed is not None:
            self._placed.forsake()
            self._placed = None
        if self._entered is not None:
            backlog, entered = self._entered
            self._entered = None
            backlog.leave(entered)

    def _write(self, status: int, answer: bytes) -> None:
        content = [STATUS_LINE[status]]
        for name, value in self.server_state.default_headers:
            content += (name, b": ", value, b"\r\n")
        content.append(answer)
        self.transport.write(b"".join(content))
        self.server_state.total_requests += 1
        self._forget()
        self.url, self.headers = b"", []  # they are in the caches now, and later not
        self._answered = self.loop.time()
