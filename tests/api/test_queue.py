"""The queue of batches: who finds no place is refused by the connection, before a body is read."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from api.backlog import QUEUE, Queue
from api.drain import Drain
from api.front import FRONT
from api.problems import Problem
from tests.api.asking import Question
from tests.api.bad_texts import GOOD
from tests.api.wire import Wire, on_a_wire, written

ROWS = b"[" + GOOD + b"]"
BATCH = written(Question("/predict/batch", ROWS))
PRICE = written(Question("/predict", GOOD))
GOOD_ANSWER, REFUSED = b"HTTP/1.1 200 ", b"HTTP/1.1 503 "

REQUESTS = {
    "at once": (BATCH,),
    "with its body a moment later": (BATCH[: -len(ROWS)], BATCH[-len(ROWS) :]),
    "byte by byte": tuple(BATCH[place : place + 1] for place in range(len(BATCH))),
    "in chunks": (written(Question("/predict/batch", ROWS, chunked=True)),),
    "of lines": (
        written(Question("/predict/batch", GOOD, headers={"content-type": "application/x-ndjson"})),
    ),
}


def crowded(scene: Callable[[Wire, dict[str, Any]], Any], drain: Drain | None = None) -> Any:
    """What becomes of a scene on a connection to a service in which every place is taken."""

    async def play(wire: Wire, state: dict[str, Any]) -> Any:
        queue: Queue = state[FRONT].queue
        with ExitStack() as stack:
            while not queue.refuses():
                stack.enter_context(queue.place())
            return await scene(wire, state)

    return on_a_wire(play, drain)


async def answers(wire: Wire, *pieces: bytes) -> bytes:
    """What is answered to these bytes."""
    before = len(wire.received)
    await wire.send(*pieces)
    return (await wire.answered())[before:]


def test_a_place_is_free_again_when_its_batch_is_answered() -> None:
    """However that ended; without one there is a problem."""
    queue = Queue(1)
    with queue.place():
        assert queue.refuses()
        with pytest.raises(Problem) as caught:
            queue.place().__enter__()
    assert caught.value.status == 503
    with suppress(RuntimeError), queue.place():
        raise RuntimeError
    assert not queue.refuses()


@pytest.mark.parametrize("pieces", REQUESTS.values(), ids=REQUESTS)
def test_a_batch_without_a_place_is_refused(pieces: tuple[bytes, ...]) -> None:
    """However it comes; the next request on its connection is answered."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        answer = await answers(wire, *pieces)
        assert answer.startswith(REFUSED)
        assert answer.count(b"HTTP/1.1 ") == 1
        assert b"\r\nretry-after: 1\r\n" in answer
        assert not wire.reading
        assert (await answers(wire, PRICE)).startswith(GOOD_ANSWER)

    crowded(scene)


def test_those_that_come_at_once_are_counted_at_once() -> None:
    """The app gets to the first of them when the last has come."""

    async def scene(wire: Wire, state: dict[str, Any]) -> None:
        wires = [Wire(wire.app, state) for _ in range(QUEUE + 3)]
        for each in wires:
            each.protocol.data_received(BATCH)
        assert [bytes(each.received[:13]) for each in wires] == [b""] * QUEUE + [REFUSED] * 3
        taken = [await each.answered() for each in wires[:QUEUE]]
        assert all(answer.startswith(GOOD_ANSWER) for answer in taken)
        assert (await answers(wire, BATCH)).startswith(GOOD_ANSWER)
        for each in wires:
            await each.leave()

    on_a_wire(scene)


def test_who_goes_away_leaves_a_place() -> None:
    """In the middle of the body, or while the answer is made."""

    async def scene(wire: Wire, state: dict[str, Any]) -> None:
        for _ in range(QUEUE):
            for request_bytes in (BATCH, BATCH[: -len(ROWS)]):
                gone = Wire(wire.app, state)
                gone.protocol.data_received(request_bytes)
                await gone.leave()
        assert (await answers(wire, BATCH)).startswith(GOOD_ANSWER)

    on_a_wire(scene)


def test_it_is_refused_before_its_body_comes() -> None:
    """Which may be sixteen megabytes."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        assert (await answers(wire, BATCH[: -len(ROWS)])).startswith(REFUSED)

    crowded(scene)


def with_header(line: bytes, request: bytes = BATCH) -> bytes:
    """The request with one line more in its head."""
    return request.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n", 1)


OTHERWISE = {
    "closes": with_header(b"connection: close"),
    "asks first": with_header(b"expect: 100-continue"),
    "old": with_header(b"connection: keep-alive", BATCH.replace(b"HTTP/1.1", b"HTTP/1.0")),
}


@pytest.mark.parametrize("request_bytes", OTHERWISE.values(), ids=OTHERWISE)
def test_who_asks_in_another_way_is_refused_by_the_app(request_bytes: bytes) -> None:
    """In the same words, and read on."""

    async def scene(wire: Wire, state: dict[str, Any]) -> None:
        usual = await answers(wire, BATCH)
        other = Wire(wire.app, state)
        answer = await answers(other, request_bytes)
        assert REFUSED in answer
        assert answer.rpartition(b"\r\n\r\n")[2] == usual.rpartition(b"\r\n\r\n")[2]
        assert other.reading
        await other.leave()

    crowded(scene)


def test_a_server_that_stops_closes_the_connection() -> None:
    """As after every other answer."""
    drain = Drain(600)
    drain.begin()

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        answer = await answers(wire, BATCH)
        assert answer.startswith(REFUSED)
        assert b"\r\nconnection: close\r\n" in answer

    crowded(scene, drain)


def test_it_is_answered_where_there_is_a_place() -> None:
    """The usual case."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        assert (await answers(wire, BATCH)).startswith(GOOD_ANSWER)

    on_a_wire(scene)


def test_refusals_are_counted_by_their_route() -> None:
    """And no price with them."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        await answers(wire, BATCH, BATCH)
        metrics = await answers(wire, written(Question("/metrics", method="GET")))
        route = b'http_requests_total{method="POST",route="/predict/batch",status="503"}'
        assert route + b" 2.0" in metrics
        assert b'predictions_total{kind="single"} 0.0' in metrics

    crowded(scene)
