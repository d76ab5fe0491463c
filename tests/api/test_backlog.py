"""The backlog: what would wait too long is refused at once, and nothing else is."""

import asyncio
from typing import Any

import pytest

from api.app import create_app
from api.backlog import Backlog
from api.settings import Settings
from tests.api.asking import Question
from tests.api.bad_texts import GOOD
from tests.api.wire import Wire, written
from tests.bundles import shipping

EXPLAIN = written(Question("/predict?explain=true", GOOD))
REFUSED = b"HTTP/1.1 503 "
PRICED = b"HTTP/1.1 200 "


class Hand:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def at_a_pace(backlog: Backlog, clock: Hand, seconds: float, times: int = 100) -> None:
    """Requests that come and go, one each so many seconds."""
    for _ in range(times):
        entered = backlog.enter()
        clock.now += seconds
        backlog.leave(entered)


def used(clock: Hand) -> Backlog:
    """One that has answered a request each ten milliseconds, and waits a quarter of a second."""
    backlog = Backlog(0.25, clock)
    at_a_pace(backlog, clock, 0.01)
    return backlog


def test_it_refuses_when_one_more_would_wait_too_long() -> None:
    """At ten milliseconds each, twenty-five fill a quarter of a second."""
    backlog = used(Hand())
    for _ in range(25):
        assert not backlog.refuses()
        backlog.enter()
    backlog.enter()
    assert backlog.refuses()


def test_it_takes_in_again_what_it_can_answer() -> None:
    """As soon as enough have left."""
    clock = Hand()
    backlog = used(clock)
    entered = [backlog.enter() for _ in range(30)]
    assert backlog.refuses()
    for each in entered[:6]:
        clock.now += 0.01
        backlog.leave(each)
    assert not backlog.refuses()


def test_idle_time_is_not_taken_for_work() -> None:
    """A request that comes after an hour did not take an hour, even if one waits all the time."""
    clock = Hand()
    backlog = used(clock)
    backlog.enter()
    for _ in range(20):
        clock.now += 3600
        at_a_pace(backlog, clock, 0.01, times=1)
    backlog.enter()
    assert not backlog.refuses()


def test_one_that_would_be_alone_is_taken_in() -> None:
    """However slow the last ones were: how else should it learn that they are fast again?"""
    clock = Hand()
    backlog = Backlog(0.25, clock)
    at_a_pace(backlog, clock, 60.0)
    assert not backlog.refuses()
    entered = backlog.enter()
    assert backlog.refuses()
    backlog.leave(entered)
    at_a_pace(backlog, clock, 0.001)
    backlog.enter()
    assert not backlog.refuses()


def test_one_is_taken_in_when_nothing_moves() -> None:
    """One a second, until it is known again how fast they are."""
    clock = Hand()
    backlog = Backlog(0.25, clock)
    at_a_pace(backlog, clock, 60.0)
    backlog.enter()  # and it never leaves
    clock.now += 0.9
    assert backlog.refuses()
    clock.now += 0.2
    assert not backlog.refuses()
    assert backlog.refuses()
    at_a_pace(backlog, clock, 0.001)
    assert not backlog.refuses()


def play(scene: Any) -> None:
    """A scene with an app in which nobody may wait, and its state."""

    async def played() -> None:
        app = create_app(Settings(patience_seconds=0), shipping().predictor())
        async with app.router.lifespan_context(app) as state:
            await scene(app, dict(state or {}))

    asyncio.run(played())


async def asked(app: Any, state: dict[str, Any], *requests: bytes) -> list[bytes]:
    """What comes back for requests that are sent at once, each on a connection of its own."""
    wires = [Wire(app, state) for _ in requests]
    for wire, request in zip(wires, requests, strict=True):
        wire.protocol.data_received(request)
    answers = [await wire.answered() for wire in wires]
    for wire in wires:
        await wire.leave()
    return answers


def test_a_request_that_would_wait_too_long_is_refused() -> None:
    """Without troubling the app; the one before it is answered, and then the next."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)  # how long one takes
        first, second = await asked(app, state, EXPLAIN, EXPLAIN)
        assert first.startswith(PRICED)
        assert second.startswith(REFUSED)
        assert b"retry-after: 1\r\n" in second
        assert b"application/problem+json" in second
        (third,) = await asked(app, state, EXPLAIN)
        assert third.startswith(PRICED)

    play(scene)


def test_a_connection_that_stays_open_waits_for_nothing() -> None:
    """Whatever was asked on it, and however it was answered."""
    refused = written(Question("/predict?x=1", GOOD, headers={"content-type": "text/plain"}))

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)
        wire = Wire(app, state)
        await wire.send(EXPLAIN)
        await wire.answered()
        await wire.send(EXPLAIN + EXPLAIN)  # the second would have to wait for the first
        await wire.answered()
        await wire.send(refused[: -len(GOOD)])  # and this is answered before its body comes
        await wire.answered()
        await wire.send(refused[-len(GOOD) :])
        received = await wire.answered()
        found = [received.count(status) for status in (PRICED, REFUSED, b"HTTP/1.1 415 ")]
        assert found == [2, 1, 1]
        (answer,) = await asked(app, state, EXPLAIN)
        assert answer.startswith(PRICED)
        await wire.leave()

    play(scene)


BATCH = written(Question("/predict/batch", b"[" + GOOD + b"]"))


@pytest.mark.parametrize(
    "other",
    [written(Question("/predict", GOOD)), written(Question("/livez", method="GET")), BATCH],
    ids=["a price", "a health check", "a batch"],
)
def test_what_costs_no_more_than_a_refusal_is_answered(other: bytes) -> None:
    """And what has a queue of its own."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)
        for requests in ((EXPLAIN, other), (other, EXPLAIN)):
            for answer in await asked(app, state, *requests):
                assert answer.startswith(PRICED)

    play(scene)


BAD = written(Question("/predict", b"{}"))
OUTSIDE = written(Question("/predict", GOOD.replace(b"750", b"4e7")))


def test_reasons_are_waited_for_on_their_own() -> None:
    """What is wrong or outside of the range takes no time beside them; too much of it does."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN, BAD)
        _, bad, outside = await asked(app, state, EXPLAIN, BAD, OUTSIDE)
        assert bad.startswith(b"HTTP/1.1 422 ")
        assert outside.startswith(REFUSED)

    play(scene)


OTHERWISE = {
    "closes": EXPLAIN.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"),
    "old": EXPLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "in chunks": written(Question("/predict?explain=true", GOOD, chunked=True)),
}


@pytest.mark.parametrize("request_bytes", OTHERWISE.values(), ids=OTHERWISE)
def test_who_asks_in_another_way_is_refused_by_the_app(request_bytes: bytes) -> None:
    """In the same words, and without counting: who is refused waits for nothing."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)
        _, usual, answer = await asked(app, state, EXPLAIN, EXPLAIN, request_bytes)
        assert answer.startswith(REFUSED)
        assert b"retry-after: 1\r\n" in answer
        assert answer.partition(b"\r\n\r\n")[2] == usual.partition(b"\r\n\r\n")[2]
        (answer,) = await asked(app, state, request_bytes)
        assert answer.startswith(PRICED)

    play(scene)


def test_a_client_that_does_not_read_is_not_waited_for() -> None:
    """Whether it stopped before it asked or while it was answered: it may never go on."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)
        before, during = Wire(app, state), Wire(app, state)
        before.protocol.pause_writing()
        before.protocol.data_received(EXPLAIN)
        during.protocol.data_received(EXPLAIN)
        during.protocol.pause_writing()
        (answer,) = await asked(app, state, EXPLAIN)
        assert answer.startswith(PRICED)
        for wire in (before, during):
            await wire.leave()

    play(scene)


def test_who_is_refused_is_not_read_for_a_moment() -> None:
    """Or asking again and again would take the time of those who are answered."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)
        first, second = Wire(app, state), Wire(app, state)
        first.protocol.data_received(EXPLAIN)
        second.protocol.data_received(EXPLAIN)
        assert second.received.startswith(REFUSED)
        assert not second.reading
        await second.read_again.wait()
        for wire in (first, second):
            await wire.answered()
            await wire.leave()

    play(scene)


def test_a_client_that_went_away_is_not_waited_for() -> None:
    """Nor one whose body has not come."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)
        slow, gone = Wire(app, state), Wire(app, state)
        await slow.send(EXPLAIN[:-1])
        gone.protocol.data_received(EXPLAIN)
        await gone.leave()
        (answer,) = await asked(app, state, EXPLAIN)
        assert answer.startswith(PRICED)
        await slow.leave()

    play(scene)


def test_refusals_are_counted_and_logged() -> None:
    """As every other answer."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)
        await asked(app, state, EXPLAIN, EXPLAIN)
        (metrics,) = await asked(app, state, written(Question("/metrics", method="GET")))
        assert b'http_requests_total{method="POST",route="/predict",status="503"} 1.0' in metrics
        assert b'http_requests_total{method="POST",route="/predict",status="200"} 2.0' in metrics

    play(scene)
