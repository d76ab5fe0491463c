"""Virtual time: nothing sleeps, and what is due happens in order while the clock advances."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # a Monday, far from any change of clocks

_GLANCE = 0.002  # real seconds between two looks at an event

Action = Callable[[], None]
Process = Iterator[float]  # yields the seconds until it wants to go on


class Clock:
    """The time of the twin's world, in seconds since the epoch.

    The thread that made the clock drives it: its `sleep` advances the world. In any other thread
    `sleep` waits until the driver has come that far, so that a background heartbeat cannot race
    ahead of the code it belongs to.

    `pace` (virtual seconds per real second) and `per_call` (virtual seconds per request answered)
    let time pass for a program in another process, which cannot hold this object.
    """

    def __init__(self, start: datetime = START, *, pace: float = 0, per_call: float = 0) -> None:
        self.pace = pace
        self.per_call = per_call
        self._now = start.timestamp()
        self._due: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._driver = threading.get_ident()
        self.lock = threading.RLock()  # whoever changes the world holds it
        self._moved = threading.Condition(self.lock)
        self._looked_at = time.monotonic()
        self._closed = False

    def time(self) -> float:
        """Seconds since the epoch, like `time.time`."""
        return self._now

    def monotonic(self) -> float:
        """The same number, under the name that a `time.monotonic` wants to be replaced by."""
        return self._now

    def now(self) -> datetime:
        """The same moment as an aware datetime in UTC."""
        return datetime.fromtimestamp(self._now, UTC)

    def sleep(self, seconds: float) -> None:
        """Let time pass: by advancing in the driving thread, by waiting in another."""
        if threading.get_ident() == self._driver:
            self.advance(seconds)
        else:
            self._wait_until(self._now + seconds)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Sleep until the event is set, like `Event.wait` in virtual time: whether it is."""
        moment = self._now + seconds
        if threading.get_ident() == self._driver and not event.is_set():
            self.advance(seconds)
        while not event.wait(_GLANCE) and self._now < moment and not self._closed:
            """Nobody tells this thread of the event, so that it looks again."""
        return event.is_set()

    def advance(self, seconds: float) -> None:
        """Move on, doing whatever falls due on the way at its own moment."""
        if seconds < 0:
            raise ValueError(f"time only moves forward, not by {seconds} s")
        with self._moved:
            self._advance_to(self._now + seconds)
            self._moved.notify_all()

    def after(self, seconds: float, action: Action) -> None:
        """Do `action` once, `seconds` from now."""
        with self._moved:
            heapq.heappush(self._due, (self._now + seconds, next(self._order), action))

    def start(self, process: Process) -> None:
        """Run `process` up to its first wait, and on from there as its waits fall due."""
        wait = next(process, None)
        if wait is not None:
            self.after(wait, lambda: self.start(process))

    def look(self) -> None:
        """Let pass what a request takes; called whenever one is answered."""
        with self._moved:
            elapsed, self._looked_at = time.monotonic() - self._looked_at, time.monotonic()
            passed = elapsed * self.pace + self.per_call
            if passed:
                self.advance(passed)

    def close(self) -> None:
        """Wake every thread that still waits: the world ends here."""
        with self._moved:
            self._closed = True
            self._moved.notify_all()

    def _advance_to(self, moment: float) -> None:
        while self._due and self._due[0][0] <= moment:
            due, _, action = heapq.heappop(self._due)
            self._now = max(self._now, due)
            action()
        self._now = max(self._now, moment)

    def _wait_until(self, moment: float) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._closed or self._now >= moment)
