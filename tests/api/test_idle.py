"""Idle connections: closed after a while, but never in the middle of a request."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.asking import Question
from tests.api.bad_texts import GOOD
from tests.api.wire import Wire, on_a_wire, written

PRICE = written(Question("/predict", GOOD))
OF_THE_APP = written(Question("/predict?x=1", GOOD))


class Timers:
    """An event loop's clock and timers, moved by hand."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.now = 1000.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self.now + seconds, call, (), self._loop)
        self.due.append((self.now + seconds, handle._run))  # noqa: SLF001 - as a loop would
        return handle

    def pass_to(self, now: float) -> None:
        """Let time pass, and call what is due."""
        self.now = now
        ready = [call for when, call in self.due if when <= now]
        self.due = [(when, call) for when, call in self.due if when > now]
        for call in ready:
            call()


def test_an_idle_connection_is_closed_after_a_while() -> None:
    """Counted from its last answer, with one timer for any number of answers."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        timers = wire.protocol.loop = Timers(asyncio.get_running_loop())  # type: ignore[assignment]  # all that it asks of one
        wire.protocol.timeout_keep_alive = 75
        for second in range(0, 100, 10):
            timers.pass_to(1000.0 + second)
            await wire.send(PRICE)
            assert len(timers.due) == 1
        timers.pass_to(1164.9)
        assert not wire.is_closing()
        timers.pass_to(1165.0)
        assert wire.is_closing()

    on_a_wire(scene)


@pytest.mark.parametrize(
    ("asked", "begun"), [(PRICE, 20), (PRICE, len(PRICE) - 9), (OF_THE_APP, len(OF_THE_APP) - 9)]
)
def test_a_connection_on_which_a_request_has_begun_is_not_idle(asked: bytes, begun: int) -> None:
    """However long the rest of it takes; after its answer it may be."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        timers = wire.protocol.loop = Timers(asyncio.get_running_loop())  # type: ignore[assignment]  # all that it asks of one
        wire.protocol.timeout_keep_alive = 75
        await wire.send(PRICE, asked[:begun])
        timers.pass_to(1500.0)
        assert not wire.is_closing()
        await wire.send(asked[begun:])
        assert len(re.findall(b"HTTP/1.1 200", await wire.answered())) == 2
        timers.pass_to(1575.0)
        assert wire.is_closing()

    on_a_wire(scene)


def test_an_answer_of_the_app_counts_too() -> None:
    """The time runs from the last answer, whoever gave it."""

    async def scene(wire: Wire, _: dict[str, Any]) -> None:
        timers = wire.protocol.loop = Timers(asyncio.get_running_loop())  # type: ignore[assignment]  # all that it asks of one
        wire.protocol.timeout_keep_alive = 75
        await wire.send(PRICE)
        timers.pass_to(1050.0)
        await wire.send(OF_THE_APP)
        await wire.answered()
        timers.pass_to(1124.9)
        assert not wire.is_closing()
        timers.pass_to(1125.0)
        assert wire.is_closing()

    on_a_wire(scene)
