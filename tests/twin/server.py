"""The twin over HTTP: moto's own applications, one request at a time, and a few words to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from tests.twin.control import CONTROL, World, control
from tests.twin.environment import HOST
from tests.twin.gate import Gate

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Served(World, Protocol):
    """A twin, as far as it is served."""

    gate: Gate


class _Application:
    """Moto's applications behind the twin's lock, with `/twin/…` for the twin itself."""

    def __init__(self, twin: Served) -> None:
        self._twin = twin
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self._twin.gate.lock:
            if environ["PATH_INFO"].startswith(CONTROL):
                return control(self._twin, environ, start_response)
            answer: Iterable[bytes] = self._moto(environ, start_response)
            return list(answer)


class _Handler(MotoRequestHandler):
    """Says nothing of the requests that it answers."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Silence: a test reads the program's output."""


@contextmanager
def serving(twin: Served, port: int = 0) -> Iterator[str]:
    """Serve the twin on the loopback address; port 0 takes a free one. Yields the URL."""
    server = make_server(HOST, port, _Application(twin), threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
