"""The traffic: a constant open load through the balancer, told of second by second."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import bundled
from benchmarks.bundled import EMBEDDED, Bundled
from benchmarks.histogram import Histogram
from benchmarks.load import Load, Plan, Question, read
from benchmarks.traffic import golden
from tests.rehearsal.bounds import directory
from tests.rehearsal.programs import OWNER
from tests.rehearsal.versions import dear

LONGEST = 3600.0
"""Seconds after which no more is asked, whatever happens."""

GRACE = 10.0

PATIENCE = 3.0
"""Seconds after which a client has given up: an answer that comes later is none."""


@dataclass(frozen=True)
class Second:
    """What came in about one second; `at` is its end by `time.monotonic`."""

    at: float
    load: Load


@dataclass(frozen=True)
class Tally:
    """What came in some time."""

    requests: int
    failures: int
    """Cut off, refused, answered too late or never, or not even asked."""
    wrong: int
    """Answered with another status or another price."""
    latencies: Histogram

    @property
    def bad(self) -> int:
        """All that was not answered well."""
        return self.failures + self.wrong

    def milliseconds(self, part: float) -> float:
        """The latency that such a part of the right answers stayed under; 0 where none came."""
        return self.latencies.percentile(part) * 1000 if self.latencies.total else 0.0


class Traffic:
    """So many requests a second to a port of the loopback address, from `start` to `stop`."""

    def __init__(
        self, port: int, rate: float, connections: int = 32, cores: Collection[int] = ()
    ) -> None:
        self.rate = rate
        self.seconds: list[Second] = []
        self.besides: list[Traffic] = []
        """More of it that came and went meanwhile."""
        self._cores = cores
        self._total: Load | None = None
        self._plan = Plan(
            port=port,
            questions=questions(),
            seconds=LONGEST,
            connections=connections,
            rate=rate,
            grace=GRACE,
            every=1.0,
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._stopped = False
        self._died: float | None = None
        """When the generator ended without having been stopped; nothing is asked from then on."""

    def start(self) -> None:
        """Begin."""
        with ExitStack() as stack:
            folder = stack.enter_context(directory())
            self._process = stack.enter_context(self._generator(folder))
            reading = (self._process, time.monotonic(), stack.pop_all())
        self._reader = threading.Thread(target=self._read, args=reading, daemon=True)
        self._reader.start()

    @property
    def flows(self) -> bool:
        """Whether it has begun, and has not ended."""
        return self._reader is not None and self._reader.is_alive()

    def stop(self) -> None:
        """Ask no more, and wait for what is in flight."""
        self._stopped = True
        if self._process is not None:
            self._process.terminate()
        if self._reader is not None:
            self._reader.join()

    def between(self, begin: float, end: float) -> Tally:
        """What came in that time."""
        ours = [each.load for each in list(self.seconds) if begin < each.at <= end]
        besides = (each.between(begin, end) for each in self.besides)
        return added([tally(ours), self._unasked(begin, end), *besides])

    def whole(self) -> Tally:
        """All that was ever due, what got no answer included; once it has stopped."""
        if self._total is None:
            seen = tally([each.load for each in self.seconds])
            lost = self._unasked(0, time.monotonic())
        else:
            seen = tally([self._total])
            lost = _lost(self._total.unanswered + self._total.unsent)
        return added([seen, lost, *(each.whole() for each in self.besides)])

    def _unasked(self, begin: float, end: float) -> Tally:
        """What fell due in that time after the generator had died."""
        since = end if self._died is None else max(begin, self._died)
        return _lost(max(0, round((end - since) * self.rate)))

    def _generator(self, folder: Path) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._plan.command(folder),
            stdout=subprocess.PIPE,
            env={**os.environ, OWNER: str(os.getpid())},
            start_new_session=True,
        )
        if self._cores:
            os.sched_setaffinity(process.pid, self._cores)
        return process

    def _read(self, process: subprocess.Popen[bytes], began: float, until: ExitStack) -> None:
        with until:
            assert process.stdout is not None
            for line in process.stdout:
                if line.endswith(b"\n"):  # otherwise it was killed in the middle of it
                    load = read(line)
                    self.seconds.append(Second(began + load.seconds, load))
        if process.returncode == 0:
            self._total = self.seconds.pop().load
        elif not self._stopped:
            self._died = time.monotonic()
            print(f"error: the load generator died: {process.returncode}", file=sys.stderr)


def added(tallies: list[Tally]) -> Tally:
    """All of them together."""
    return Tally(
        sum(each.requests for each in tallies),
        sum(each.failures for each in tallies),
        sum(each.wrong for each in tallies),
        _merged([each.latencies for each in tallies]),
    )


def tally(loads: list[Load]) -> Tally:
    """All of them together; what is still in flight at the end of one is not counted with it."""
    latencies = _merged([each.latencies for each in loads])
    bad = sum(each.failed + each.refused for each in loads)
    wrong = sum(each.wrong for each in loads)
    answered = sum(each.answered for each in loads)
    return Tally(answered + bad + wrong, bad + latencies.beyond(PATIENCE), wrong, latencies)


def _lost(count: int) -> Tally:
    """So many requests that got no answer."""
    return Tally(count, count, 0, Histogram())


def questions() -> tuple[Question, ...]:
    """What the embedded model is asked for."""
    return cheap(bundled.read(EMBEDDED))


def cheap(model: Bundled) -> tuple[Question, ...]:
    """A model's golden rows without the dear ones, and their prices."""
    most = dear(model)
    return tuple(golden(model, at) for at, (_, price) in enumerate(model.golden) if price <= most)


def _merged(histograms: list[Histogram]) -> Histogram:
    counts: dict[int, int] = {}
    for histogram in histograms:
        for bound, count in zip(histogram.bounds, histogram.counts, strict=True):
            counts[bound] = counts.get(bound, 0) + count
    return Histogram(tuple(sorted(counts)), tuple(counts[bound] for bound in sorted(counts)))
