import http.client
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import ANY

import pytest

from tests.api.asking import Answer, Question, ask_on, assert_problem
from tests.api.bad_inputs import BAD_INPUTS, BadInput
from tests.api.bad_texts import GOOD
from tests.api.serving import PATIENCE, Server, serving

HEAD = b"POST /predict HTTP/1.1\r\nHost: here\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD
PREDICT = Question("/predict", GOOD)


@pytest.fixture(name="server", scope="module")
def _server(bundle_directory: Path) -> Iterator[Server]:
    with serving(bundle_directory) as server:
        yield server


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def received(connection: socket.socket) -> bytes:
    """All that comes until the other side closes, in peace or not."""
    pieces = []
    try:
        while piece := connection.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: bad.name[:60])
def test_bad_input(bad: BadInput, server: Server) -> None:
    """Over a socket, a client's mistake gets the same clear problem as in process."""
    assert_problem(server.ask(bad.question()), bad.status, bad.field)


def test_connections_are_kept(server: Server) -> None:
    """One connection answers one request after another, also after a refused one."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    refused = Question("/predict", b"{", headers={"content-type": "text/plain"})
    for question, status in ((PREDICT, 200), (refused, 415), (PREDICT, 200)):
        answer = ask_on(connection, question)
        assert answer.status == status
        assert "connection" not in answer.headers
    connection.close()


def test_answers_tell_no_server_name(server: Server) -> None:
    """No answer names the software that gave it."""
    assert server.ask(Question("/", method="GET")).headers.keys() == {
        "date",
        "content-length",
        "content-type",
        "x-request-id",
        "x-content-type-options",
    }


def test_body_announced_too_large_is_not_waited_for(server: Server) -> None:
    """A body that says that it is too large is refused before any of it was sent."""
    with connected(server) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000000000\r\n\r\n")
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in answer


def test_body_without_end_is_not_read_to_it(server: Server) -> None:
    """A body that goes on and on is refused when the limit is passed."""
    with connected(server) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        piece = b"1000\r\n" + b" " * 0x1000 + b"\r\n"
        connection.sendall(piece * 17)
        assert received(connection).startswith(b"HTTP/1.1 413 ")


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    """Requests sent without waiting get their answers, one after another."""
    with connected(server) as connection:
        bad = WHOLE.replace(b"750", b"-50")
        connection.sendall(
            WHOLE + bad + WHOLE.replace(b"here\r\n", b"here\r\nConnection: close\r\n")
        )
        statuses = re.findall(rb"HTTP/1.1 (\d+) ", received(connection))
    assert statuses == [b"200", b"422", b"200"]


def test_body_in_pieces(server: Server) -> None:
    """A body that comes byte by byte is read like any other."""
    with connected(server) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(len(WHOLE)):
            connection.sendall(WHOLE[number : number + 1])
        connection.shutdown(socket.SHUT_WR)
        assert b" 500 " not in received(connection)
    assert server.ask(PREDICT).status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
        HEAD + b"Content-Length: ten\r\n\r\n",
        HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        WHOLE,
        WHOLE[:-5],
    ],
    ids=range(14),
)
def test_half_closed_and_broken_connections(server: Server, sent: bytes) -> None:
    """A client that sends nonsense, or stops in the midst, harms nobody else."""
    with connected(server) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = received(connection)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 200"))
    assert server.ask(PREDICT).status == 200
    assert all(line["level"] in ("info", "warning") for line in server.lines)


def test_client_that_leaves_is_no_failure(server: Server) -> None:
    """A client that goes away in the midst of its body is logged as 499."""
    with connected(server) as connection:
        connection.sendall(HEAD + b"X-Request-Id: leaver\r\nContent-Length: 50\r\n\r\n{")
    line = server.line(lambda line: line.get("request_id") == "leaver")
    assert (line["status"], line["route"], line["level"]) == (499, "/predict", "info")


def test_idle_connections_do_no_harm(server: Server) -> None:
    """Hundreds of connections without a request leave the server ready and answering."""
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(connected(server))
        assert server.ask(Question("/readyz", method="GET")).status == 200
        assert server.ask(PREDICT).status == 200


def test_a_batch_lets_others_pass(server: Server) -> None:
    """While 10,000 rows are being answered, single predictions and health checks are answered."""
    rows = Question("/predict/batch", b"[" + b",".join([GOOD] * 10_000) + b"]")
    others = [PREDICT, Question("/readyz", method="GET")]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(server.ask, rows)
        passed: list[int] = []
        while not waiting.done():
            passed.append(server.ask(others[len(passed) % 2]).status)
        answer = waiting.result()
    assert len(answer.document()) == 10_000
    assert set(passed) == {200}
    assert len(passed) >= 20


def test_log_is_lines_of_json(server: Server) -> None:
    """The log is JSON to the last line, the server's own messages and each request."""
    server.ask(Question("/livez", method="GET", headers={"x-amzn-trace-id": "Root=1-2-3"}))
    line = server.line(lambda line: line.get("request_id") == "1-2-3")
    assert line == {
        "time": ANY,
        "level": "info",
        "logger": "api.requests",
        "message": "request",
        "request_id": "1-2-3",
        "method": "GET",
        "path": "/livez",
        "route": "/livez",
        "status": 200,
        "duration_ms": ANY,
        "client": "127.0.0.1",
    }
    assert server.other == []


def test_start_says_that_it_is_open(server: Server) -> None:
    """Without keys the start says so, and which variable would change it."""
    line = server.line(lambda line: "open" in line["message"])
    assert line["level"] == "warning"
    assert "ESTIMATOR_API_KEYS" in line["message"]


def test_header_of_another_request_id_is_not_injected(server: Server) -> None:
    """What comes back in a header has no line ends of the client in it."""
    question = Question("/livez", method="GET", headers={"x-request-id": "a\tb"})
    assert "\t" not in server.ask(question).headers["x-request-id"]


def answers(server: Server, questions: int) -> list[Answer]:
    barrier = threading.Barrier(questions)

    def ask(_: int) -> Answer:
        barrier.wait(PATIENCE)
        return server.ask(PREDICT)

    with ThreadPoolExecutor(questions) as pool:
        return list(pool.map(ask, range(questions)))


def test_many_at_once(server: Server) -> None:
    """Many clients at once all get the same price."""
    prices = {each.document()["shipping_estimated_price"] for each in answers(server, 32)}
    assert len(prices) == 1
