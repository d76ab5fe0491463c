"""The traffic as it flows, out of a real generator."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from benchmarks.load import Plan
from benchmarks.processes import free_port
from tests.benchmarks.servers import Server, answer, answering, during, stalling
from tests.rehearsal.traffic import Traffic
from tests.rehearsal.waiting import until

RATE = 200
GOOD = answer(body=b'{"price": 1}')


@contextmanager
def flowing(port: int) -> Iterator[Traffic]:
    """Traffic in its first second."""
    traffic = Traffic(port, RATE, connections=2)
    traffic.start()
    try:
        yield traffic
    finally:
        traffic.stop()


def asked(server: Server, meanwhile: Callable[[Traffic], None]) -> Traffic:
    """The traffic to a server, and what happens to it before it is stopped."""

    def ask(port: int) -> Traffic:
        with flowing(port) as traffic:
            meanwhile(traffic)
        return traffic

    return asyncio.run(during(server, ask))


def a_second(traffic: Traffic) -> None:
    """Nothing happens to it."""
    until(lambda: bool(traffic.seconds))


def test_traffic_flows_until_it_is_stopped() -> None:
    """All that was due is counted, and whoever answers another price is wrong."""
    traffic = asked(answering(GOOD), a_second)
    whole = traffic.whole()
    assert whole.wrong == whole.requests >= traffic.seconds[0].load.wrong > 100
    assert whole.failures == 0
    assert not traffic.flows


def test_what_is_never_answered_is_counted_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what was due and waited for a connection."""
    monkeypatch.setattr("tests.rehearsal.traffic.GRACE", 0.01)
    whole = asked(stalling(60), a_second).whole()
    assert whole.failures == whole.requests >= RATE - 1


def test_a_dead_generator_leaves_failures(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is due from then on: otherwise nothing could go wrong any more."""
    command = Plan.command
    mortal = ("timeout", "--signal", "KILL", "1.5")
    monkeypatch.setattr(Plan, "command", lambda *plan: [*mortal, *command(*plan)])
    traffic = asked(answering(GOOD), lambda traffic: until(lambda: not traffic.flows))
    now = time.monotonic()
    assert traffic.between(now, now + 10).failures == 10 * RATE
    assert traffic.between(now - 1000, now - 999).failures == 0
    assert traffic.whole().wrong >= traffic.seconds[0].load.wrong > 100
    assert "the load generator died: " in capfd.readouterr().err


def test_where_nobody_listens_all_fails(capfd: pytest.CaptureFixture[str]) -> None:
    """It is said why."""
    with flowing(free_port()) as traffic:
        until(lambda: not traffic.flows)
        now = time.monotonic()
        assert traffic.between(now, now + 1).failures == RATE
    assert "Connection refused" in capfd.readouterr().err


def test_it_may_be_stopped_at_once() -> None:
    """Before it has asked anything."""
    assert asked(answering(GOOD), lambda _: None).whole().failures == 0
