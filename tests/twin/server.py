"""The twin over HTTP: moto's own applications, one request at a time, and a few words to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any, Protocol

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from tests.twin.clock import Clock
from tests.twin.control import CONTROL, World, control
from tests.twin.environment import HOST
from tests.twin.gate import Gate
from tests.twin.untraced import untraced
from tests.twin.weather import Weather

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

GLANCE = 0.02  # real seconds until a server that is told to end does


class Served(World, Protocol):
    """A twin, as far as it is served."""

    gate: Gate
    weather: Weather


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
            if squall := self._twin.weather.strike(environ):
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                start_response(f"{squall.status} {squall.status.phrase}", list(squall.headers))
                return [squall.body]
            answer: Iterable[bytes] = self._moto(environ, _undated(start_response))
            return list(answer)


def _undated(start_response: StartResponse) -> StartResponse:
    """Without moto's own date: the handler tells the time."""

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        kept = [each for each in headers if each[0].lower() != "date"]
        return start_response(status, kept, *rest)

    return start


class _Handler(MotoRequestHandler):
    """Says nothing of the requests that it answers, and the time that it is in the twin.

    Nothing of what it runs is measured.
    """

    clock: Clock

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The date of every answer."""
        return format_datetime(self.clock.now(), usegmt=True)

    @untraced
    def handle(self) -> None:
        """Answer the requests of one connection."""
        super().handle()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Silence: a test reads the program's output."""


@contextmanager
def serving(twin: Served, port: int = 0) -> Iterator[str]:
    """Serve the twin on the loopback address; port 0 takes a free one. Yields the URL."""
    handler = type("_Dated", (_Handler,), {"clock": twin.clock})
    server = make_server(HOST, port, _Application(twin), threaded=True, request_handler=handler)
    thread = threading.Thread(target=server.serve_forever, args=(GLANCE,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
