"""The ledger: what the front path answered, until the metrics and the log are told of it.

To tell them of each answer by itself costs more than a price. Everything is told in the end: a
moment later, when somebody reads the metrics, and when the process ends.
"""

import asyncio
import json
import logging
from functools import lru_cache
from typing import NamedTuple

from api.logs import Lines, timestamp
from api.metrics import Metrics


class Answer(NamedTuple):
    """What many answers to a POST have in common: its path, which is the route, and the status."""

    path: str
    status: int


PRICED = Answer("/predict", 200)
BUSY = Answer("/predict", 503)
CROWDED = Answer("/predict/batch", 503)

MOST = 64
"""Answers of which the metrics are told at once: more would hold up who asks meanwhile."""

TOGETHER = 14
"""Lines that are written at once: as many as a pipe takes whole."""

DELAY = 0.1
"""Seconds after which everything is told."""

_log = logging.getLogger("api.requests")


class Ledger:
    """Takes notes, inside a running event loop."""

    def __init__(self, metrics: Metrics, lines: Lines, delay: float = DELAY) -> None:
        """`lines` is where the log goes; `delay` is how many seconds a note waits at most."""
        self._metrics = metrics
        self._lines = lines
        self._delay = delay
        self._seconds: dict[Answer, list[float]] = {PRICED: [], BUSY: [], CROWDED: []}
        self._text: list[str] = []
        self._due: asyncio.TimerHandle | None = None
        metrics.pending.append(self.settle)

    def begin(self) -> None:
        """The body of a request is waited for: it is in flight until `end`."""
        self._metrics.in_flight.inc()

    def end(self) -> None:
        """It is no longer in flight, or counted as such by somebody else."""
        self._metrics.in_flight.dec()

    def note(
        self, answer: Answer, request_id: str, client: str | None, ended: float, seconds: float
    ) -> None:
        """A request was answered at a Unix time, after so many seconds."""
        waiting = self._seconds[answer]
        waiting.append(seconds)
        if _log.isEnabledFor(logging.INFO):
            self._text.append(_line(answer, request_id, client, ended, seconds))
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(self._delay, self.settle)
        if len(waiting) == MOST:
            self.settle()
        elif len(self._text) == TOGETHER:
            self._write()

    def settle(self) -> None:
        """Tell the metrics and the log of everything that was noted."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        for answer, seconds in self._seconds.items():
            if seconds:
                self._metrics.count_answers(*answer, seconds)
                seconds.clear()
        self._write()

    def _write(self) -> None:
        text, self._text = self._text, []
        if text:
            self._lines.write(text)


def _line(answer: Answer, request_id: str, client: str | None, ended: float, seconds: float) -> str:
    """What the log would make of it."""
    path, status = answer
    return (
        f'{_start(int(ended * 1000))}{request_id}", "method": "POST", "path": "{path}", '
        f'"route": "{path}", "status": {status}, "duration_ms": {seconds * 1000:.3f}, '
        f'"client": {_quoted(client)}}}\n'
    )


@lru_cache(maxsize=2)
def _start(milliseconds: int) -> str:
    """Of a line at this Unix time, up to the id."""
    return (
        f'{{"time": "{timestamp(milliseconds)}", "level": "info", "logger": "api.requests", '
        '"message": "request", "request_id": "'
    )


_quoted = lru_cache(maxsize=1024)(json.dumps)
