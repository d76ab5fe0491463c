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
from tests.twin.untraced import untraced

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

GLANCE = 0.02  # real seconds until a server that is told to end does


class Served(World, Protocol):
    """A twin, as far as it is served."""

    gate: Gate


class _Moto(DomainDispatcherApplication):
    """Moto's applications; it looks through all its modules for a host at every request."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._known: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """The service behind a host, looked up once."""
        if host not in self._known:
            self._known[host] = super().get_backend_for_host(host)
        return self._known[host]


class _Application:
    """Moto's applications behind the twin's lock, with `/twin/…` for the twin itself."""

    def __init__(self, twin: Served) -> None:
        self._twin = twin
        self._moto = _Moto()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self._twin.gate.lock:
            if environ["PATH_INFO"].startswith(CONTROL):
                return control(self._twin, environ, start_response)
            answer: Iterable[bytes] = self._moto(environ, start_response)
            return list(answer)


class _Handler(MotoRequestHandler):
    """Says nothing of the requests that it answers, and runs nothing that is measured."""

    @untraced
    def handle(self) -> None:
        """Answer the requests of one connection."""
        super().handle()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Silence: a test reads the program's output."""


@contextmanager
def serving(twin: Served, port: int = 0) -> Iterator[str]:
    """Serve the twin on the loopback address; port 0 takes a free one. Yields the URL."""
    server = make_server(HOST, port, _Application(twin), threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, args=(GLANCE,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
