"""One process that serves: uvicorn, taught to drain before it stops."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from api import logs
from api.app import DRAIN, load_app
from api.drain import Drain
from api.protocol import FrontProtocol
from api.settings import Settings
from api.supervisor import STARTUP_FAILED
from model import BundleError

_LINGER_SECONDS = 0.5

_log = logging.getLogger("api.server")


class DrainingServer(uvicorn.Server):
    """A uvicorn server for which SIGTERM is the beginning of the end, not the end.

    SIGTERM: the app's `Drain` begins, so that `/readyz` answers 503 while everything else is
    still answered; when its period is over, the server stops to listen, finishes what is in
    flight and returns. A second SIGTERM, or SIGINT, cuts the period short.
    """

    def __init__(self, config: uvicorn.Config, serving: Callable[[], None]) -> None:
        """`serving` is called once requests are answered."""
        super().__init__(config)
        self._serving = serving
        self._told = False

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        """The signal handler. No signal is kept to be raised again: the process exits with 0."""
        drain = self._drain()
        if sig == signal.SIGTERM and drain is not None and not drain.begun:
            drain.begin()
        elif sig == signal.SIGINT and self.should_exit:
            self.force_exit = True
        else:
            self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self._serving()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second: True ends the serving."""
        drain = self._drain()
        if drain is not None and drain.begun and not self._told:
            _log.info("draining: not ready any more, still answering")  # no log from a handler
            self._told = True
        if drain is not None and drain.over:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop to listen, let connections that were just accepted still ask, then close them."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(_LINGER_SECONDS)
        await super().shutdown(sockets)

    def _drain(self) -> Drain | None:
        return self.lifespan.state.get(DRAIN) if self.started else None


def serve(settings: Settings, listener: socket.socket, serving: Callable[[], None]) -> None:
    """Load the bundle and answer requests on a listening socket until told to stop.

    `serving` is called once requests are answered.
    Exits with `STARTUP_FAILED` and a message if the bundle cannot be trusted.
    """
    lines = logs.configure(settings.log_level, sys.stdout)
    try:
        app = load_app(settings, lines)
    except BundleError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(STARTUP_FAILED)
    gc.freeze()  # what is there now stays: no collection has to look at it again
    gc.enable()
    config = uvicorn.Config(
        app,
        http=FrontProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        forwarded_allow_ips=settings.forwarded_allow_ips,
    )
    DrainingServer(config, serving).run(sockets=[listener])
