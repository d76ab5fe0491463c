"""The timers of connections, and the clock that they go by, moved by hand."""

import asyncio
from collections.abc import Callable
from typing import Any


class Timers:
    """An event loop's clock and timers, moved by hand."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.now = 1000.0
        self._set: list[asyncio.TimerHandle] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self.now + seconds, call, (), self._loop)
        self._set.append(handle)
        return handle

    @property
    def due(self) -> list[asyncio.TimerHandle]:
        """What is yet to come."""
        return [each for each in self._set if not each.cancelled()]

    def pass_to(self, now: float) -> None:
        """Let time pass, and call what is due, one after the other when it is due."""
        while ready := [each for each in self.due if each.when() <= now]:
            first = min(ready, key=asyncio.TimerHandle.when)
            self._set.remove(first)
            self.now = max(self.now, first.when())
            first._callback()  # type: ignore[attr-defined]  # noqa: SLF001 - a loop's own would hide what it raises
        self.now = now
