"""The backlog: requests that the app has not answered, and how long one more would wait.

A server that takes in more than it can answer answers everybody too late. It had better refuse what
would wait too long, at once and for next to nothing.
"""

import time
from collections.abc import Callable

from api.problems import busy

REFUSED = "refused"
"""The member of a request's state that says that it would wait too long."""

PLACED = "placed"
"""The one that holds the `Place` that its connection has taken for it."""

_SHARE = 0.1
"""How much each request changes the time that one is thought to take."""

_LOOK = 1.0
"""Seconds without an answer after which one request is taken in, to see how long it takes."""


QUEUE = 8
"""Batches that one process takes in at a time, one of which is being answered."""


class Queue:
    """The places for batches, of which a body may take long to come and the answer long to make."""

    def __init__(self, places: int = QUEUE) -> None:
        self._free = places

    def refuses(self) -> bool:
        """Whether there is none for one more."""
        return self._free <= 0

    def take(self) -> None:
        """Take a place, until `leave`."""
        self._free -= 1

    def leave(self) -> None:
        """Give it back."""
        self._free += 1


class Place:
    """A place in the queue: held by its connection until the app begins, then by the app.

    Raises the `Problem` of being busy where there is none.
    """

    def __init__(self, queue: Queue) -> None:
        if queue.refuses():
            raise busy()
        queue.take()
        self._queue: Queue | None = queue
        self._begun = False

    def __enter__(self) -> None:
        """The app begins, and has it until it is done."""
        self._begun = True

    def __exit__(self, *_: object) -> None:
        self._give_back()

    def forsake(self) -> None:
        """The connection needs it no more."""
        if not self._begun:
            self._give_back()

    def _give_back(self) -> None:
        if self._queue is not None:
            self._queue.leave()
            self._queue = None


class Backlog:
    """Counts requests of one kind in and out. `clock` gives seconds."""

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`patience` is how many seconds a request may be expected to wait for its answer."""
        self._patience = patience
        self._clock = clock
        self._waiting = 0
        self._pace = 0.0
        self._moved = 0.0

    def refuses(self) -> bool:
        """Whether one more would wait too long, as fast as the last ones were answered.

        One that would be alone is always taken in, and one in a while when nothing moves: what is
        waited for may be no work of this process, or what is thought of its pace be wrong.
        """
        if self._waiting * self._pace <= self._patience:
            return False
        now = self._clock()
        stuck = now - self._moved > _LOOK
        if stuck:
            self._moved = now
        return not stuck

    def enter(self) -> float:
        """The app has all of a request: what `leave` is to be told."""
        self._waiting += 1
        return self._clock()

    def leave(self, entered: float) -> None:
        """It has answered it, or given it up.

        Since the one before left it had time for this one, or since this one came.
        """
        now = self._clock()
        self._pace += (now - max(self._moved, entered) - self._pace) * _SHARE
        self._moved = now
        self._waiting -= 1
