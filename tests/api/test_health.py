"""The container's own health check."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from api.health import DEFAULT_PORT, PORT_VARIABLE, ready
from api.settings import PREFIX, Settings

_ROOT = Path(__file__).parents[2]


@contextmanager
def _server(status: int) -> Iterator[int]:
    """The port of a server that answers `/readyz` with a status, and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _listener(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a listener that answers one connection by `talk`."""

    def serve() -> None:
        with listener.accept()[0] as connection:
            talk(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def _read_on(connection: socket.socket) -> None:
    while connection.recv(1024):
        pass


def _speak_mail(connection: socket.socket) -> None:
    connection.recv(1024)
    connection.sendall(b"220 mail ready\r\n")


def _environ(port: int) -> dict[str, str]:
    return {PORT_VARIABLE: str(port)}


@pytest.mark.parametrize(("status", "expected"), [(200, True), (503, False), (404, False)])
def test_only_200_is_ready(status: int, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """A server that is draining, or is another one, is not ready."""
    with _server(status) as port:
        assert ready(_environ(port)) is expected


def test_a_closed_port_is_not_ready() -> None:
    """Before the server listens, and after it has stopped, the check says no and does not fail."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert not ready(_environ(port))


def test_silence_is_not_ready() -> None:
    """A server that takes the connection but does not answer in time is not ready."""
    with _listener(_read_on) as port:
        start = time.monotonic()
        assert not ready(_environ(port), timeout=0.05)
        assert time.monotonic() - start < 2


def test_what_is_not_http_is_not_ready() -> None:
    """Another program on the port is no server of this kind."""
    with _listener(_speak_mail) as port:
        assert not ready(_environ(port))


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_exit_code_says_it(status: int, code: int) -> None:
    """The command of the HEALTHCHECK exits with 0 or 1, which are all that it may."""
    with _server(status) as port:
        command = [sys.executable, "-m", "api.health"]
        done = subprocess.run(command, cwd=_ROOT, env=os.environ | _environ(port), check=False)
    assert done.returncode == code


def test_it_asks_where_the_server_listens() -> None:
    """The check knows the setting by its name and default without importing the settings."""
    assert f"{PREFIX}PORT" == PORT_VARIABLE
    assert Settings().port == int(DEFAULT_PORT)


def test_it_is_light() -> None:
    """Run every few seconds, it loads neither the framework nor the model's library."""
    probe = "import sys, api.health; print(*sys.modules)"
    command = [sys.executable, "-c", probe]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)
    assert {"fastapi", "pydantic", "numpy", "xgboost", "model"}.isdisjoint(done.stdout.split())
