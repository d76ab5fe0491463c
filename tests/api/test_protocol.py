"""Connections: many requests on one, cut anywhere, by clients that stop, wait and go away."""

import asyncio
from itertools import pairwise
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.drain import Drain
from api.front import FRONT
from tests import bundles
from tests.api.asking import Question
from tests.api.bad_texts import GOOD
from tests.api.pair import pair
from tests.api.wire import Wire, on_a_wire, written
from tests.steady import STEADY

PRICE = written(Question("/predict", GOOD))
HEAD, BODY = PRICE[: -len(GOOD)], GOOD


def with_header(line: bytes, request: bytes = HEAD) -> bytes:
    """A request for a price with one line more in its head."""
    return request.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n") + BODY


REQUESTS = {
    "a price": PRICE,
    "a price outside of the range": written(Question("/predict", GOOD.replace(b"750", b"4e7"))),
    "a bad body": written(Question("/predict", b"{}")),
    "with a query": written(Question("/predict?x=1", GOOD)),
    "an escaped path": written(Question("/%70redict", GOOD)),
    "an absolute path": written(Question("http://127.0.0.1/predict", GOOD)),
    "reasons": written(Question("/predict?explain=true", GOOD)),
    "in chunks": written(Question("/predict", GOOD, chunked=True)),
    "a header twice": with_header(b"x-request-id: a\r\nX-Request-Id: b"),
    "its length in zeros": PRICE.replace(b"length: ", b"length: 000000000"),
    "health": written(Question("/healthz", method="GET")),
    "no length": b"POST /predict HTTP/1.1\r\nhost: x\r\n\r\n",
    "another method": PRICE.replace(b"POST", b"PUT", 1),
    "an upgrade": with_header(b"connection: upgrade\r\nupgrade: h2c"),
    "about to send": with_header(b"expect: 100-continue"),
    "the last one": with_header(b"connection: close"),
    "an old protocol": PRICE.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "an old protocol, kept": with_header(b"connection: keep-alive", HEAD.replace(b"1.1", b"1.0")),
}


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    """The stream in pieces, cut at these places."""
    edges = [0, *sorted({place % len(stream) for place in places} - {0}), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_every_kind_of_request(request_bytes: bytes) -> None:
    """At once, and with its body a moment later."""
    whole, behind = pair(bundles.shipping)
    for pieces in ([request_bytes], cut(request_bytes, [request_bytes.find(b"\r\n\r\n") + 4])):
        assert whole.exchange(*pieces) == behind.exchange(*pieces)
        assert whole.log() == behind.log()


def test_a_body_that_comes_is_not_given_up() -> None:
    """What would have done so is gone before the next request."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        await wire.send(HEAD)
        late = attrgetter("_late")(wire.protocol)
        await wire.send(BODY)
        assert late is not None
        assert late.cancelled()
        assert wire.received.startswith(b"HTTP/1.1 200 ")

    on_a_wire(scene)


def test_a_connection_is_small() -> None:
    """Python shares the names of up to thirty attributes, and what was answered is over."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        await wire.send(PRICE)
        assert wire.received.startswith(b"HTTP/1.1 200 ")
        kept = vars(wire.protocol)
        assert len(kept) <= 30
        assert (kept["url"], kept["headers"]) == (b"", [])

    on_a_wire(scene)


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("path", ["/predict", "/predict?explain=true", "/predict/batch"])
def test_half_a_body_is_not_waited_for_for_ever(path: str, chunked: bool) -> None:  # noqa: FBT001 - a parameter
    """Else a few silent clients would hold every place in the queue of batches."""
    request = written(Question(path, GOOD, chunked=chunked))

    async def scene(wire: Wire, _: dict[str, Any]) -> bytes:
        await wire.send(request[: -len(GOOD)])
        await wire.closed.wait()
        return await wire.answered()

    answer = on_a_wire(scene, body_seconds=0.1)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"did not come within 0.1 seconds" in answer


@STEADY
@given(
    st.lists(st.sampled_from(sorted(REQUESTS.values())), min_size=1, max_size=4),
    st.lists(st.integers(0, 4000), max_size=4),
)
def test_many_requests_on_one_connection_cut_anywhere(
    requests: list[bytes], places: list[int]
) -> None:
    """Byte for byte the same answers in the same order, and the same log."""
    whole, behind = pair(bundles.shipping)
    pieces = cut(b"".join(requests), places)
    assert whole.exchange(*pieces) == behind.exchange(*pieces)
    assert whole.log() == behind.log()


FORWARDED = ["203.0.113.9", "203.0.113.9, 127.0.0.1", "203.0.113.9:80", "[2001:db8::1]:80", "", " ",
             "127.0.0.1", 'a "quoted" one', "é", ",", "203.0.113.9, 198.51.100.7"]  # fmt: skip


@pytest.mark.parametrize("peer", ["127.0.0.1", "198.51.100.7"])
@pytest.mark.parametrize("hosts", FORWARDED)
def test_who_asks_is_whom_a_trusted_proxy_names(hosts: str, peer: str) -> None:
    """And nobody else can say that somebody else is asking."""
    whole, behind = pair(bundles.shipping)
    question = written(Question("/predict", GOOD, headers={"x-forwarded-for": hosts}))
    for asked in (whole, behind):
        assert asked.exchange(question, peer=(peer, 1)).startswith("HTTP/1.1 200 ")
    assert (log := whole.log()) == behind.log()
    if peer != "127.0.0.1":
        assert f'"client": "{peer}"' in log[0]


def in_flight(state: dict[str, Any]) -> float:
    """What the metrics say of requests that are being answered."""
    value: float = state[FRONT].ledger._metrics.in_flight._value.get()  # noqa: SLF001 - as it is now
    return value


def test_a_request_whose_body_has_not_come_is_in_flight() -> None:
    """And is no longer, once it has; the app has no part in it."""

    async def scene(wire: Wire, state: dict[str, Any]) -> None:
        await wire.send(HEAD, BODY[:10])
        assert in_flight(state) == 1
        await wire.send(BODY[10:])
        assert in_flight(state) == 0
        assert wire.received.startswith(b"HTTP/1.1 200 ")
        assert wire.protocol.cycle is None

    on_a_wire(scene)


def test_a_server_that_stops_waits_for_a_body_and_says_so() -> None:
    """As for every request that has begun: it is answered, and the connection closed."""

    async def scene(wire: Wire, state: dict[str, Any]) -> None:
        await wire.send(HEAD, BODY[:10])
        wire.protocol.shutdown()
        assert not wire.is_closing()
        await wire.send(BODY[10:])
        answer = await wire.answered()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close" in answer
        assert wire.is_closing()
        assert in_flight(state) == 0

    on_a_wire(scene)


def test_a_server_that_drains_asks_for_connections_to_be_closed() -> None:
    """From the first answer after it was told."""
    drain = Drain(10.0)

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        await wire.send(PRICE)
        assert b"connection" not in bytes(wire.received)
        drain.begin()
        await wire.send(PRICE)
        assert b"connection: close" in await wire.answered()

    on_a_wire(scene, drain)


def test_a_client_that_goes_away_gets_no_answer() -> None:
    """It is logged as 499, in the same words, whoever would have answered."""
    logs = []
    for asked in pair(bundles.shipping):
        wire_bytes = asked.abandoned(HEAD, BODY[:10])
        assert wire_bytes == ""
        (line,) = asked.log()
        assert '"status": 499' in line
        logs.append(line)
    assert logs[0] == logs[1]


def test_a_client_that_does_not_read_is_waited_for_by_the_app() -> None:
    """Nothing is written for it as long as what was is not read; then the app is not asked."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        wire.protocol.pause_writing()
        await wire.send(PRICE)
        await asyncio.sleep(0)
        assert wire.received == b""
        wire.protocol.resume_writing()
        assert (await wire.answered()).startswith(b"HTTP/1.1 200 ")
        of_the_app = wire.protocol.cycle
        await wire.send(PRICE)
        assert wire.received.count(b"HTTP/1.1 200 ") == 2
        assert wire.protocol.cycle is of_the_app

    on_a_wire(scene)
