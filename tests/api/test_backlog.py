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
        backlog.enter()
        clock.now += seconds
        backlog.leave()


def test_it_is_full_when_one_more_would_wait_too_long() -> None:
    """At ten milliseconds each, twenty-five fill a quarter of a second."""
    clock = Hand()
    backlog = Backlog(0.25, clock)
    at_a_pace(backlog, clock, 0.01)
    for _ in range(25):
        assert not backlog.is_full()
        backlog.enter()
    backlog.enter()
    assert backlog.is_full()


def test_it_takes_in_again_what_it_can_answer() -> None:
    """As soon as enough have left."""
    clock = Hand()
    backlog = Backlog(0.25, clock)
    at_a_pace(backlog, clock, 0.01)
    for _ in range(30):
        backlog.enter()
    assert backlog.is_full()
    for _ in range(6):
        clock.now += 0.01
        backlog.leave()
    assert not backlog.is_full()


def test_idle_time_is_not_taken_for_work() -> None:
    """A request that comes after an hour did not take an hour."""
    clock = Hand()
    backlog = Backlog(0.25, clock)
    at_a_pace(backlog, clock, 0.01)
    clock.now += 3600
    at_a_pace(backlog, clock, 0.01, times=1)
    backlog.enter()
    assert not backlog.is_full()


def test_one_that_would_be_alone_is_taken_in() -> None:
    """However slow the last ones were: how else should it learn that they are fast again?"""
    clock = Hand()
    backlog = Backlog(0.25, clock)
    at_a_pace(backlog, clock, 60.0)
    assert not backlog.is_full()
    backlog.enter()
    assert backlog.is_full()
    backlog.leave()
    at_a_pace(backlog, clock, 0.001)
    backlog.enter()
    assert not backlog.is_full()


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
        await wire.send(EXPLAIN + EXPLAIN)  # the second has to wait for the first
        await wire.answered()
        await wire.send(refused[: -len(GOOD)])  # and this is answered before its body comes
        await wire.answered()
        await wire.send(refused[-len(GOOD) :])
        received = await wire.answered()
        assert (received.count(PRICED), received.count(b"HTTP/1.1 415 ")) == (3, 1)
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


def test_what_the_app_would_refuse_is_refused_sooner() -> None:
    """A body that is wrong, outside of the range, or without a key is work for it, too."""

    async def scene(app: Any, state: dict[str, Any]) -> None:
        await asked(app, state, EXPLAIN)
        for body in (b"{}", GOOD.replace(b"750", b"4e7")):
            _, answer = await asked(app, state, EXPLAIN, written(Question("/predict", body)))
            assert answer.startswith(REFUSED)

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
