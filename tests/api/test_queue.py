"""The queue of batches: who finds no place is refused by the connection, its body thrown away."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from operator import attrgetter
from typing import Any

import pytest

from api.app import create_app
from api.backlog import QUEUE, Place, Queue
from api.drain import Drain
from api.front import FRONT
from api.problems import Problem
from api.settings import Settings
from tests.api.asking import Question
from tests.api.bad_texts import GOOD
from tests.api.timers import Timers
from tests.api.wire import Wire, on_a_wire, written
from tests.bundles import shipping

ROWS = b"[" + GOOD + b"]"
BATCH = written(Question("/predict/batch", ROWS))
MANY = written(Question("/predict/batch", b"[" + b",".join([GOOD] * 1000) + b"]"))
PRICE = written(Question("/predict", GOOD))
GOOD_ANSWER, REFUSED = b"HTTP/1.1 200 ", b"HTTP/1.1 503 "

REQUESTS = {
    "at once": (BATCH,),
    "with its body a moment later": (BATCH[: -len(ROWS)], BATCH[-len(ROWS) :]),
    "byte by byte": tuple(BATCH[place : place + 1] for place in range(len(BATCH))),
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
                stack.enter_context(Place(queue))
            return await scene(wire, state)

    return on_a_wire(play, drain)


async def answers(wire: Wire, *pieces: bytes) -> bytes:
    """What is answered to these bytes."""
    before = len(wire.received)
    await wire.send(*pieces)
    return (await wire.answered())[before:]


def test_a_place_is_held_by_one_after_the_other() -> None:
    """By its connection until the app begins, then by the app, and given back once."""
    queue = Queue(1)
    place = Place(queue)
    with pytest.raises(Problem) as caught:
        Place(queue)
    assert caught.value.status == 503
    with suppress(RuntimeError), place:
        place.forsake()
        assert queue.refuses()
        raise RuntimeError
    assert not queue.refuses()
    place.forsake()
    unused = Place(queue)
    assert queue.refuses()
    unused.forsake()
    unused.forsake()
    Place(queue)
    assert queue.refuses()


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


@pytest.mark.parametrize("place", [len(BATCH) - len(ROWS), len(BATCH) - 1])
def test_a_body_that_does_not_come_is_given_up(place: int) -> None:
    """Whether or not it would have been refused, the connection is closed."""

    async def scene(wire: Wire, state: dict[str, Any]) -> None:
        state[FRONT].body_seconds = 0.01
        await wire.send(BATCH[:place])
        assert attrgetter("_pieces")(wire.protocol) is None  # the body is not kept
        await wire.closed.wait()
        assert wire.received == b""

    crowded(scene)


def test_who_is_refused_goes_on_by_the_usual_rules() -> None:
    """Its connection is closed when it has been idle, however late its body came."""

    async def scene(other: Wire, state: dict[str, Any]) -> None:
        timers = Timers(asyncio.get_running_loop())
        wire = Wire(other.app, state, loop=timers)
        await wire.send(BATCH[: -len(ROWS)])
        timers.pass_to(1050.0)
        await wire.send(ROWS)
        assert wire.received.startswith(REFUSED)
        timers.pass_to(1124.9)
        assert not wire.is_closing()
        timers.pass_to(1125.0)
        assert wire.is_closing()
        await wire.leave()

    crowded(scene)


def test_what_is_wrong_for_good_is_for_the_app_to_tell() -> None:
    """A batch that is too large is not told to come again, and takes no place."""
    large = BATCH.replace(b"content-length: %d" % len(ROWS), b"content-length: 99999999")

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        assert b"HTTP/1.1 503 " in await answers(wire, large)
        assert wire.reading

    crowded(scene)
    assert large != BATCH


def test_of_a_client_that_is_gone_before_it_is_refused_nobody_hears() -> None:
    """The app least of all: half of the body is thrown away."""

    async def scene(wire: Wire, state: dict[str, Any]) -> None:
        gone = Wire(wire.app, state)
        await gone.send(BATCH[:-1])
        await gone.leave()
        metrics = await answers(wire, written(Question("/metrics", method="GET")))
        assert b'route="/predict/batch"' not in metrics

    crowded(scene)


def test_what_is_refused_for_something_else_gives_its_place_back() -> None:
    """Before the app has come to it."""
    strange = written(Question("/predict/batch", ROWS, headers={"content-type": "text/plain"}))

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        for _place in range(QUEUE):
            assert (await answers(wire, strange)).startswith(b"HTTP/1.1 415 ")
        assert (await answers(wire, BATCH)).startswith(GOOD_ANSWER)

    on_a_wire(scene)


def test_strangers_take_no_place() -> None:
    """Who has no key is refused for that, however many come at once."""

    async def scene() -> None:
        app = create_app(Settings(api_keys="0" * 64), shipping().predictor())
        async with app.router.lifespan_context(app) as state:
            wires = [Wire(app, dict(state or {})) for _ in range(QUEUE + 2)]
            for each in wires:
                each.protocol.data_received(BATCH)
            for each in wires:
                assert (await each.answered()).startswith(b"HTTP/1.1 401 ")
                await each.leave()

    asyncio.run(scene())


def test_a_batch_whose_client_is_gone_holds_its_place() -> None:
    """As long as the app has it in hand, and its body in memory."""

    async def scene(wire: Wire, state: dict[str, Any]) -> None:
        queue: Queue = state[FRONT].queue
        others = [Place(queue) for _ in range(QUEUE - 2)]
        gone = Wire(wire.app, state)
        await wire.send(MANY)
        await gone.send(BATCH)
        await asyncio.sleep(0)
        gone.close()
        await asyncio.sleep(0)
        assert queue.refuses()
        await wire.answered()
        await gone.answered()
        assert not queue.refuses()
        assert len(others) == QUEUE - 2

    on_a_wire(scene)


def with_header(line: bytes, request: bytes = BATCH) -> bytes:
    """The request with one line more in its head."""
    return request.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n", 1)


OTHERWISE = {
    "closes": with_header(b"connection: close"),
    "asks first": with_header(b"expect: 100-continue"),
    "in chunks": written(Question("/predict/batch", ROWS, chunked=True)),
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
