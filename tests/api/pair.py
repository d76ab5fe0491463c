"""An app as a server serves it, and without its front path: the one is held to the other."""

import asyncio
import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.app import create_app
from api.front import FRONT
from api.logs import Lines
from api.protocol import FrontProtocol
from api.settings import Settings
from tests.api.asking import Question
from tests.api.wire import PEER, Wire, written
from tests.bundles import Bundle

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CHANGING = re.compile(
    r'"time": "[^"]+"|"duration_ms": [0-9.e-]+|^\w+_(?:created|sum|bucket).*$', re.MULTILINE
)
"""What is another each time; of a histogram the parts that tell how long something took."""


class Asked:
    """An app that is asked, and all that it lets see: answers, metrics, log."""

    def __init__(self, bundle: Bundle, *, front: bool, **settings: Any) -> None:
        self._stream = io.StringIO()
        self._lines = Lines(self._stream)
        self.predictor = bundle.predictor()
        self._app = create_app(Settings(**settings), self.predictor, lines=self._lines)
        self._protocol = FrontProtocol if front else HttpToolsProtocol
        self._state = asyncio.run(_state_of(self._app))

    def ask(self, question: Question) -> str:
        """The answer, but for what is another each time."""
        return self.exchange(written(question))

    def exchange(self, *pieces: bytes, peer: tuple[str, int] = PEER) -> str:
        """What comes back on a connection on which these bytes were sent, piece by piece."""
        with self._logging():
            return _steady(asyncio.run(self._exchange(pieces, peer)).decode())

    def abandoned(self, *pieces: bytes) -> str:
        """What comes back to a client that goes away after these bytes."""
        with self._logging():
            return asyncio.run(self._abandoned(pieces)).decode()

    async def _abandoned(self, pieces: tuple[bytes, ...]) -> bytes:
        wire = Wire(self._app, self._state, self._protocol)
        await wire.send(*pieces)
        await wire.leave()
        return bytes(wire.received)

    async def _exchange(self, pieces: tuple[bytes, ...], peer: tuple[str, int]) -> bytes:
        wire = Wire(self._app, self._state, self._protocol, peer)
        await wire.send(*pieces)
        answer = await wire.answered()
        await wire.leave()
        self._state[FRONT].ledger.settle()
        return answer

    def log(self) -> list[str]:
        """The lines of the last exchange, sorted: each comes when it does."""
        return sorted(_steady(self._stream.getvalue()).splitlines())

    @contextmanager
    def _logging(self) -> Iterator[None]:
        """The whole log goes here, from the level "info" on."""
        self._stream.seek(0)
        self._stream.truncate()
        root = logging.getLogger()
        before, root.handlers, level = root.handlers, [self._lines], root.level
        root.setLevel("INFO")
        try:
            yield
        finally:
            root.handlers = before
            root.setLevel(level)

    def seen(self, question: Question) -> tuple[str, list[str]]:
        """All that can be seen of one question: answer and log."""
        return self.ask(question), self.log()

    def counts(self) -> str:
        """The metrics, but for the times."""
        return self.ask(Question("/metrics", method="GET")).partition("\r\n\r\n")[2]


@cache
def pair(make: Callable[[], Bundle], keys: str = "") -> tuple[Asked, Asked]:
    """The app as it is, and without its front path."""
    whole, behind = (Asked(make(), front=front, api_keys=keys) for front in (True, False))
    return whole, behind


async def _state_of(app: FastAPI) -> dict[str, Any]:
    """What the app leaves for the connections."""
    async with app.router.lifespan_context(app) as state:
        return dict(state or {})


def _steady(text: str) -> str:
    return _CHANGING.sub("", _ID.sub("ID", text))
