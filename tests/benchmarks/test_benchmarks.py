"""The benchmark: it runs, and its load counts what it should."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.contenders import Contender
from benchmarks.load import Load, closed, opened, request
from benchmarks.measure import measure
from benchmarks.processes import python

QUESTION = request("/predict", b"{}")


@contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """A server of one connection at a time that gives these answers in turn, over and over."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            turn = 0
            with connection, suppress(ConnectionError):  # it is closed in the midst of a question
                while connection.recv(65536):
                    connection.sendall(answers[turn % len(answers)])
                    turn += 1

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def answer(status: str, body: bytes = b"{}") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_the_table_and_the_ratios_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the floor, FastAPI and the service, on one round that is far too short."""
    main(["--rounds", "1", "--seconds", "0.2"])
    printed = capsys.readouterr().out
    assert printed.count("| this service |") == 1
    assert "CPU of the service / floor: " in printed


def test_good_and_bad_answers_are_told_apart() -> None:
    """A server that refuses quickly is no fast server."""
    with answering(answer("200 OK"), answer("503 Service Unavailable")) as port:
        load = closed(port, QUESTION, 0.1, connections=1)
    assert load.answered == pytest.approx(load.refused, abs=1)
    assert len(load.latencies) == load.answered + load.refused > 2


def test_an_answer_in_chunks_is_one_answer() -> None:
    """Some servers tell no length."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with answering(head + b"2\r\n{}\r\n0\r\n\r\n") as port:
        load = closed(port, QUESTION, 0.1, connections=1)
    assert load.answered > 2


def test_open_load_asks_as_often_as_is_due() -> None:
    """All that was due is asked and answered, however late."""
    with answering(answer("200 OK", b"x" * 3000)) as port:
        load = opened(port, QUESTION, 0.2, rate=200, connections=1)
    assert load.answered == 40
    assert load.latencies == tuple(sorted(load.latencies))


def test_a_closed_connection_is_an_error() -> None:
    """Not a very fast answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def hang_up() -> None:
            listener.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(ConnectionError):
            closed(port, QUESTION, 5, connections=1)


def test_percentiles() -> None:
    """The latency that such a part stayed under."""
    load = Load(4, 0, 2.0, (1.0, 2.0, 3.0, 4.0))
    assert [load.percentile(part) for part in (0.0, 0.5, 0.99, 1.0)] == [1.0, 3.0, 4.0, 4.0]
    assert load.rate == 2.0


def test_a_server_that_does_not_answer_shows_its_log(tmp_path: Path) -> None:
    """With the reason in it."""
    broken = Contender(
        "broken", lambda _programs, _port: python("-c", "raise SystemExit('no such model')")
    )
    with pytest.raises(RuntimeError, match="no such model"):
        measure([broken], rounds=1, seconds=0.1, directory=tmp_path)
