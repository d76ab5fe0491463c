"""Connections without a socket: bytes in, bytes out, by the same protocols that a server uses."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.app import create_app
from api.drain import Drain
from api.protocol import FrontProtocol
from api.settings import Settings
from tests.api.asking import Question
from tests.bundles import Bundle, shipping

PEER = ("127.0.0.1", 50_000)


class Wire(asyncio.Transport):
    """One connection of a client to an app; made, used and left inside a running loop."""

    def __init__(
        self,
        app: FastAPI,
        state: dict[str, Any],
        protocol: type[HttpToolsProtocol] = FrontProtocol,
        peer: tuple[str, int] = PEER,
        loop: Any = None,
    ) -> None:
        """`state` is what the app's lifespan left, `peer` the address of the client.

        Another `loop` than the running one has timers of its own.
        """
        super().__init__({"peername": peer, "sockname": ("127.0.0.1", 8000)})
        config = uvicorn.Config(
            app, http=protocol, log_config=None, access_log=False, ws="none", timeout_keep_alive=75
        )
        config.load()
        self.app = app
        self.server = ServerState()
        self.received = bytearray()
        self.reading = True
        self.read_again = asyncio.Event()
        self.closed = asyncio.Event()
        self._closing = False
        self.protocol = protocol(config, self.server, state, loop)
        self.protocol.connection_made(self)

    async def send(self, *pieces: bytes) -> None:
        """What the client sends, piece by piece, while the app goes on."""
        for piece in pieces:
            if not self._closing:
                self.protocol.data_received(piece)
            await asyncio.sleep(0)

    async def answered(self) -> bytes:
        """What the client has received once all that it asked is answered."""
        while self.server.tasks:
            await asyncio.wait(self.server.tasks)
        return bytes(self.received)

    async def leave(self) -> None:
        """The client goes away, whatever it waits for."""
        if not self._closing:
            self.close()
        await asyncio.sleep(0)
        await self.answered()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take what the server sends."""
        self.received += data

    def is_closing(self) -> bool:
        """Whether one side has closed it."""
        return self._closing

    def close(self) -> None:
        """Close it; the protocol hears of it a moment later, as from a real one."""
        if not self._closing:
            self._closing = True
            self.closed.set()
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def pause_reading(self) -> None:
        """Nothing is read until `resume_reading`."""
        self.reading = False

    def resume_reading(self) -> None:
        """It is read again."""
        self.reading = True
        self.read_again.set()


def written(question: Question) -> bytes:
    """The bytes of a request, as a client would write them."""
    headers = {"host": "127.0.0.1", **question.headers}
    body = question.body
    if question.chunked:
        headers["transfer-encoding"] = "chunked"
        body = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in _pieces(body)) + _LAST
    else:
        headers.setdefault("content-length", str(len(body)))
    lines = [f"{question.method} {question.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


_LAST = b"0\r\n\r\n"


def _pieces(body: bytes) -> Iterator[bytes]:
    return (body[start : start + 8192] for start in range(0, len(body), 8192))


def on_a_wire(
    scene: Callable[[Wire, dict[str, Any]], Any], drain: Drain | None = None, **settings: Any
) -> Any:
    """What becomes of a scene on a connection to the service."""

    async def play(bundle: Bundle) -> Any:
        app = create_app(Settings(**settings), bundle.predictor(), drain)
        async with app.router.lifespan_context(app) as state:
            found = dict(state or {})
            wire = Wire(app, found)
            try:
                return await scene(wire, found)
            finally:
                await wire.leave()

    return asyncio.run(play(shipping()))
