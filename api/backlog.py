"""The backlog: requests that the app has not answered, and how long one more would wait.

A server that takes in more than it can answer answers everybody too late. It had better refuse what
would wait too long, at once and for next to nothing.
"""

import time
from collections.abc import Callable

_SHARE = 0.1
"""How much each request changes the time that one is thought to take."""


class Backlog:
    """Counts requests in and out. `clock` gives seconds."""

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`patience` is how many seconds a request may be expected to wait for its answer."""
        self._patience = patience
        self._clock = clock
        self._waiting = 0
        self._pace = 0.0
        self._since = 0.0

    def is_full(self) -> bool:
        """Whether one more would wait too long, as fast as the last ones were answered.

        One that would be alone is always taken in.
        """
        return self._waiting * self._pace > self._patience

    def enter(self) -> None:
        """The app has all of a request."""
        if not self._waiting:
            self._since = self._clock()
        self._waiting += 1

    def leave(self) -> None:
        """It has answered it, or given it up."""
        now = self._clock()
        self._pace += (now - self._since - self._pace) * _SHARE
        self._since = now
        self._waiting -= 1
