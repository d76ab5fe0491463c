"""The end of a server: what is still answered, what is finished, and with which exit code."""

import socket
import time
from pathlib import Path

import pytest

from tests.api.asking import Question, assert_problem
from tests.api.bad_texts import GOOD
from tests.api.serving import PATIENCE, Server, serving
from tests.api.test_server import HEAD, PREDICT, connected, received

READY = Question("/readyz", method="GET")


def draining(server: Server) -> None:
    """Tell a server to stop, and wait until it is no longer ready."""
    assert server.ask(READY).status == 200
    server.signal()
    while server.ask(READY).status == 200:
        pass


def test_drain(bundle_directory: Path) -> None:
    """After SIGTERM it is not ready, but answers; the second SIGTERM cuts this short."""
    with serving(bundle_directory, drain_seconds=600) as server:
        draining(server)
        assert_problem(server.ask(READY), 503)
        answer = server.ask(PREDICT)
        assert answer.status == 200
        assert answer.headers["connection"] == "close"
        server.signal()
        assert server.wait() == 0
    assert server.other == []


def test_drain_of_several(bundle_directory: Path) -> None:
    """The signals reach every worker, and the first process waits for all of them."""
    with serving(bundle_directory, workers=2, drain_seconds=600) as server:
        server.workers(2)
        draining(server)
        assert server.ask(PREDICT).status == 200
        server.insist(2)
        assert server.wait() == 0
    assert server.other == []


def test_end_of_the_drain(bundle_directory: Path) -> None:
    """The whole period goes by, then nothing listens any more, and the exit code is 0."""
    with serving(bundle_directory, drain_seconds=1) as server:
        port = server.port
        assert server.ask(READY).status == 200
        start = time.monotonic()
        server.signal()
        assert server.wait() == 0
    assert time.monotonic() - start >= 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def test_request_in_flight_is_finished(bundle_directory: Path) -> None:
    """A request that was half sent when the drain was over is still read and answered."""
    with serving(bundle_directory) as server, connected(server) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD[:9])
        assert server.ask(READY).status == 200
        server.signal()
        server.line(lambda line: line["message"] == "Shutting down")
        connection.sendall(GOOD[9:])
        assert received(connection).startswith(b"HTTP/1.1 200 ")
        assert server.wait() == 0


def test_request_in_flight_has_not_all_time(bundle_directory: Path) -> None:
    """A request that never ends does not keep the server from ending."""
    with serving(bundle_directory, shutdown_seconds=1) as server, connected(server) as connection:
        connection.sendall(HEAD + b"Content-Length: 999\r\n\r\n{")
        assert server.ask(READY).status == 200
        server.signal()
        assert server.wait() == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupt_ends_at_once_and_quietly(bundle_directory: Path, workers: int) -> None:
    """Ctrl-C is no error: no trace is shown, and no drain is waited for."""
    with serving(bundle_directory, workers, drain_seconds=600) as server:
        server.workers(workers)
        assert server.ask(READY).status == 200
        server.interrupt()
        assert server.wait() == 0
    assert server.other == []
