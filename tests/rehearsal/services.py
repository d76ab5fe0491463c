"""Targets for the tests of the balancer: they answer what they are told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.rehearsal.machines import Address


class Service(ThreadingHTTPServer):
    """A target that a test commands: what it says of its health, when it answers, and whether."""

    daemon_threads = True
    health = 200
    breaks = False

    def __init__(self, host: str) -> None:
        self.arrived = threading.Semaphore(0)
        self.asked_on: set[tuple[str, int]] = set()
        self.headers: list[Mapping[str, str]] = []
        """Of each request but the checks."""
        self.hold = threading.Event()
        self.hold.set()
        super().__init__((host, 0), _Handler)
        self.address = Address(host, self.server_port)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that has gone."""

    def close(self) -> None:
        """Answer nobody any more."""
        self.hold.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_GET(self) -> None:
        healthy = self.path == "/readyz"
        if not healthy:
            self.server.asked_on.add(self.client_address)
            self.server.headers.append({name.lower(): it for name, it in self.headers.items()})
            self.server.arrived.release()
            self.server.hold.wait()
        if self.server.breaks and not healthy:
            self.close_connection = True
            return
        self.send_response(self.server.health if healthy else 200)
        body = self.server.address.host.encode()
        self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library calls it
        """Say nothing."""


@contextmanager
def service(host: str) -> Iterator[Service]:
    """A target that answers with its own address."""
    one = Service(host)
    try:
        yield one
    finally:
        one.close()


@contextmanager
def silent(host: str) -> Iterator[Address]:
    """The address of a target that takes connections and says nothing."""
    with socket.create_server((host, 0)) as listener:
        yield Address(host, listener.getsockname()[1])
