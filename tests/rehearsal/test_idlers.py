"""Clients that idle: they ask again on a connection that is open, and on a new one if it is not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks.load import Question, request
from tests.rehearsal.idlers import Idled, Idlers
from tests.rehearsal.machines import Address
from tests.rehearsal.waiting import until

QUESTION = Question(request("/predict", b"{}"), '"price": 1')
GOOD = (200, b'{"price": 1}')


@contextmanager
def serving(*answers: tuple[int, bytes], hangs_up: bool = False) -> Iterator[Address]:
    """A server that gives these answers in turn, or none; and hangs up without a word of it."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.close_connection = hangs_up
            if not left:
                return
            status, body = left[0]
            left.append(left.pop(0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Address("127.0.0.1", server.server_port)
        server.shutdown()
        thread.join()


def idled(address: Address, enough: Callable[[Idled], bool]) -> Idled:
    """What a client that hardly pauses has seen, once it is enough."""
    idlers = Idlers(address, QUESTION, (0.01,))
    idlers.start()
    try:
        until(lambda: enough(idlers.seen))
    finally:
        idlers.stop()
    return idlers.seen


def test_one_connection_is_kept() -> None:
    """As long as the server keeps it."""
    with serving(GOOD) as address:
        seen = idled(address, lambda seen: seen.requests >= 3)
    assert (seen.reopened, seen.faults) == (0, [])


def test_what_was_closed_meanwhile_is_opened_again() -> None:
    """That is no fault."""
    with serving(GOOD, hangs_up=True) as address:
        seen = idled(address, lambda seen: seen.reopened >= 2)
    assert seen.faults == []


def test_other_answers_are_faults() -> None:
    """Another status, another price, and none at all."""
    with serving((503, b'{"price": 1}'), (200, b'{"price": 2}')) as address:
        seen = idled(address, lambda seen: seen.requests >= 2)
    assert seen.faults[:2] == ['503 {"price": 1}', '200 {"price": 2}']
    with serving(hangs_up=True) as address:
        seen = idled(address, lambda seen: seen.requests >= 1)
    assert "RemoteDisconnected" in seen.faults[0]
