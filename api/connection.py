"""One connection, whatever is asked on it: who is at its other end, and how long it may be silent.

uvicorn itself waits without end for a first request, and for the head of any.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.front import FRONT, FrontPath, Headers

_MOST_HEAD = 65_536
"""Bytes of a head, or of the trailers after a body, beyond those that came first."""


class Connection(HttpToolsProtocol):
    """The base of the protocol; what is read, and when, is for that to say.

    A thousand connections are in no cache, so each is kept small: what it has is in slots. With
    more than thirty attributes that are in none, an object has a dictionary of its own, a kilobyte
    large.
    """

    __slots__ = (
        "_answered",
        "_front",
        "_head",
        "_heading",
        "_idle",
        "_late",
        "_peer",
        "_proxies",
    )

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """`app_state` is the lifespan state, in which the app left its front path."""
        super().__init__(config, server_state, app_state, _loop)
        self._proxies = self.app if isinstance(self.app, ProxyHeadersMiddleware) else None
        self._front: FrontPath = app_state[FRONT]
        self._peer: str | None = None
        self._heading = False
        """Whether a head has begun and not ended, or what comes between the pieces of a body."""
        self._head = 0
        self._late: asyncio.TimerHandle | None = None
        """What gives up waiting for the rest of a head or body."""
        self._idle: asyncio.TimerHandle | None = None
        self._answered = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn itself says
        """The connection is there; one on which nothing comes is closed like an idle one."""
        super().connection_made(transport)
        self._close_after(self.timeout_keep_alive)
        self._peer = sys.intern(self.client[0]) if self.client else None

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        if self._idle is not None:
            self._idle.cancel()
        self._wait_no_more()
        super().connection_lost(exc)

    def _is_busy(self) -> bool:
        """Whether the app has a request of this connection that it has not answered."""
        return not getattr(self.cycle, "response_complete", True)  # there is none at first

    def on_chunk_header(self) -> None:
        """A piece of a body is announced; after the last one there may be trailers."""
        self._heading = True

    def on_chunk_complete(self) -> None:
        """It has come."""
        self._end_head()

    def on_response_complete(self) -> None:
        """The app has answered."""
        self._answered = self.loop.time()
        super().on_response_complete()
        if self._heading:  # of the next request, for which there is a timer
            self._unset_keepalive_if_required()

    def _wait_for_head(self, data: bytes) -> None:
        """Some bytes of a head came, and not all: they may not be too many, nor take too long."""
        if self.transport.is_closing():
            self._wait_no_more()
            return
        if self._late is None:
            self._head = 0
            self._wait(self._give_up_head)
            return
        self._head += len(data)
        if self._head > _MOST_HEAD:
            self._refuse(f"The head of the request goes on for more than {_MOST_HEAD} bytes.")

    def _end_head(self) -> None:
        """It has come to its end."""
        self._heading = False
        if self._late is not None:
            self._wait_no_more()

    def _give_up_head(self) -> None:
        """The rest of a head does not come; an answer to the request before it may yet go out."""
        if self._is_busy():
            self._wait(self._give_up_head)
            return
        seconds = self._front.body_seconds
        self._refuse(f"The head of the request did not come within {seconds:g} seconds.")

    def _refuse(self, message: str) -> None:
        """As uvicorn refuses what is no HTTP, but not in place of an answer that is on its way."""
        self._wait_no_more()
        self.logger.warning(message)
        if self._is_busy():
            self.transport.close()
        else:
            self.send_400_response(message)

    def _wait(self, give_up: Callable[[], None]) -> None:
        """For the rest of a head or body, as long as is allowed."""
        self._late = self.loop.call_later(self._front.body_seconds, give_up)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close_after(self, seconds: float) -> None:
        self._idle = self.loop.call_later(seconds, self._close_if_idle)

    def _close_if_idle(self) -> None:
        """Close a connection on which no request came since the last answer.

        One timer serves many answers: to set one for each would cost more than they do. What came
        and belongs to no request, as the rest of a body that was answered early, does not count.
        """
        rest = self._answered + self.timeout_keep_alive - self.loop.time()
        if rest > 0:
            self._close_after(rest)
        elif self._is_busy() or self._late is not None:
            self._close_after(self.timeout_keep_alive)
        else:
            self.timeout_keep_alive_handler()

    def _client_of(self, headers: Headers) -> str | None:
        """Who asks: the peer or, if that is a proxy to be trusted, whom it names."""
        peer = self._peer
        forwarded = headers.get(b"x-forwarded-for")
        if forwarded is None or self._proxies is None or peer not in self._proxies.trusted_hosts:
            return peer
        hosts = forwarded.decode("latin-1")
        host, _ = self._proxies.trusted_hosts.get_trusted_client_address(hosts)
        return host or peer
