"""The load: keep-alive connections that ask one thing after another, on one thread.

Closed: each connection asks again as soon as it has its answer, which finds the most that a server
can do. Open: requests are due at fixed times whether or not earlier ones were answered, and each
latency counts from the time at which it was due, so that a server that stalls cannot hide it
(https://www.scylladb.com/2021/04/22/on-coordinated-omission/).
"""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: how many were answered 200, how many otherwise, and how long they took."""

    answered: int
    refused: int
    seconds: float
    latencies: tuple[float, ...]
    """Seconds, ascending."""

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.answered / self.seconds

    def percentile(self, part: float) -> float:
        """The latency in seconds that such a part of the answers stayed under."""
        return self.latencies[min(int(part * len(self.latencies)), len(self.latencies) - 1)]


def request(path: str, body: bytes) -> bytes:
    """The bytes of a request for a price."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def closed(port: int, question: bytes, seconds: float, connections: int = CONNECTIONS) -> Load:
    """As many requests as are answered in so many seconds."""
    good, bad, latencies = 0, 0, []
    with _connected(port, connections) as (selector, sockets):
        sent = dict.fromkeys(sockets, 0.0)
        start = time.perf_counter()
        for each in sockets:
            sent[each] = time.perf_counter()
            each.send(question)
        while (now := time.perf_counter()) < start + seconds:
            for key, _ in selector.select(timeout=1.0):
                connection: socket.socket = key.fileobj  # type: ignore[assignment]  # as registered
                complete = _complete(connection, key.data)
                if complete is None:
                    continue
                now = time.perf_counter()
                latencies.append(now - sent[connection])
                good, bad = good + complete, bad + (not complete)
                sent[connection] = now
                connection.send(question)
    return Load(good, bad, now - start, tuple(sorted(latencies)))


def opened(
    port: int, question: bytes, seconds: float, rate: float, connections: int = CONNECTIONS
) -> Load:
    """So many requests a second, due at even times, on as many connections as are free."""
    good, bad, latencies = 0, 0, []
    with _connected(port, connections) as (selector, sockets):
        free, due_of = list(sockets), dict.fromkeys(sockets, 0.0)
        start = time.perf_counter()
        due = [start + number / rate for number in range(int(rate * seconds))]
        due.reverse()
        while due or len(free) < len(sockets):
            now = time.perf_counter()
            while due and free and due[-1] <= now:
                connection = free.pop()
                due_of[connection] = due.pop()
                connection.send(question)
            wait = max(due[-1] - now, 0.0) if due and free else 1.0
            for key, _ in selector.select(timeout=wait):
                answered: socket.socket = key.fileobj  # type: ignore[assignment]  # as registered
                complete = _complete(answered, key.data)
                if complete is None:
                    continue
                latencies.append(time.perf_counter() - due_of[answered])
                good, bad = good + complete, bad + (not complete)
                free.append(answered)
    return Load(good, bad, time.perf_counter() - start, tuple(sorted(latencies)))


@contextmanager
def _connected(
    port: int, connections: int
) -> Iterator[tuple[selectors.BaseSelector, list[socket.socket]]]:
    """So many connections, each with a place for the part of an answer that has come."""
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        sockets = []
        for _ in range(connections):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, bytearray())
            sockets.append(connection)
        yield selector, sockets


_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"


def _complete(connection: socket.socket, part: bytearray) -> bool | None:
    """Read on: whether the answer is a good one, None while it is not complete."""
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("the server closed a connection in the middle of the load")
    part += received
    end = part.find(b"\r\n\r\n")
    if end < 0 or not _whole(part, end):
        return None
    good = part.startswith(b"HTTP/1.1 200 ")
    part.clear()
    return good


def _whole(part: bytearray, end: int) -> bool:
    """Whether the body is there, of the told length or in chunks, behind a head that ends there."""
    length = _LENGTH.search(part, 0, end)
    if length is None:
        return part.endswith(_LAST_CHUNK)
    return len(part) >= end + 4 + int(length[1])
