"""The ledger: single prices that were answered, until the metrics and the log are told of them.

To tell them of each by itself costs more than the price. Everything is told in the end: a moment
later, when somebody reads the metrics, and when the process ends.
"""

import asyncio
import json
import logging
from functools import lru_cache

from api.logs import FIELDS, Lines, request_fields, timestamp
from api.metrics import Metrics

Note = tuple[str, str | None, float, float]
"""Request id, client, Unix time at its end, seconds that it took."""

MOST = 64
"""Notes that are kept: to tell of more at once would hold up who asks meanwhile."""

_log = logging.getLogger("api.requests")


class Ledger:
    """Takes notes of answered requests for a single price."""

    def __init__(self, metrics: Metrics, lines: Lines | None = None, delay: float = 0.0) -> None:
        """`lines` is where the log goes, if not through `logging`; `delay` is in seconds."""
        self._metrics = metrics
        self._lines = lines
        self._delay = delay
        self._notes: list[Note] = []
        self._waiting = 0
        self._told_waiting = 0
        self._due: asyncio.TimerHandle | None = None
        metrics.pending.append(self.settle)

    def begin(self) -> None:
        """A request has come that is in flight until `end`."""
        self._waiting += 1
        self._settle_soon()

    def end(self) -> None:
        """It is no longer in flight, or counted as such by somebody else."""
        self._waiting -= 1
        self._settle_soon()

    def note(self, request_id: str, client: str | None, ended: float, seconds: float) -> None:
        """A request was answered with a price at a Unix time, so many seconds after it began."""
        self._notes.append((request_id, client, ended, seconds))
        if not self._delay or len(self._notes) == MOST:
            self.settle()
        else:
            self._settle_soon()

    def settle(self) -> None:
        """Tell the metrics and the log of everything that was noted."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._waiting != self._told_waiting:
            self._metrics.in_flight.inc(self._waiting - self._told_waiting)
            self._told_waiting = self._waiting
        notes, self._notes = self._notes, []
        if not notes:
            return
        self._metrics.count_prices([seconds for *_, seconds in notes])
        if _log.isEnabledFor(logging.INFO):
            if self._lines is None:
                _log_each(notes)
            else:
                self._lines.write("".join(map(_line, notes)))

    def _settle_soon(self) -> None:
        if self._due is None and self._delay:
            self._due = asyncio.get_running_loop().call_later(self._delay, self.settle)


def _log_each(notes: list[Note]) -> None:
    for request_id, client, _, seconds in notes:
        fields = request_fields(request_id, "POST", "/predict", "/predict", 200, seconds, client)
        _log.info("request", extra={FIELDS: fields})


def _line(note: Note) -> str:
    """What the log would make of it."""
    request_id, client, ended, seconds = note
    time, quoted = timestamp(int(ended * 1000)), _quoted(client)
    return _LINE % (time, request_id, round(seconds * 1000, 3), quoted)


_LINE = (
    '{"time": "%s", "level": "info", "logger": "api.requests", "message": "request", '
    '"request_id": "%s", "method": "POST", "path": "/predict", "route": "/predict", '
    '"status": 200, "duration_ms": %r, "client": %s}\n'
)


_quoted = lru_cache(maxsize=1024)(json.dumps)
