"""The traffic: a constant open load through the balancer, told of second by second."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generator import program
from benchmarks.histogram import Histogram
from benchmarks.load import Load, Plan, Question, read, request
from tests.rehearsal.programs import OWNER
from tests.rehearsal.versions import DEAR, ROOT

LONGEST = 3600.0
"""Seconds after which no more is asked, whatever happens."""

GRACE = 10.0


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
    """Cut off, refused, or never answered."""
    wrong: int
    """Answered with another status or another price."""
    latencies: Histogram

    @property
    def bad(self) -> int:
        """All that was not answered well."""
        return self.failures + self.wrong

    def milliseconds(self, part: float) -> float:
        """The latency that such a part of the good answers stayed under; 0 where none came."""
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
        self._reader = threading.Thread(target=self._read, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._reader.start()

    @property
    def flows(self) -> bool:
        """Whether it has begun, and has not been stopped."""
        return self._reader.is_alive()

    def stop(self) -> None:
        """Ask no more, and wait for what is in flight."""
        if self._process is not None:
            self._process.terminate()
        if self._reader.ident is not None:
            self._reader.join(LONGEST)

    def between(self, begin: float, end: float) -> Tally:
        """What came in that time."""
        ours = [each.load for each in list(self.seconds) if begin < each.at <= end]
        return added([tally(ours), *(each.between(begin, end) for each in self.besides)])

    def whole(self) -> Tally:
        """All that was ever due, what got no answer included; once it has stopped."""
        if self._total is None:
            return tally([])
        return added([_whole(self._total), *(each.whole() for each in self.besides)])

    def _read(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            argv = [str(program()), *self._plan.argv(Path(directory))]
            for number, question in enumerate(self._plan.questions):
                (Path(directory) / str(number)).write_bytes(question.request)
            owned = {**os.environ, OWNER: str(os.getpid())}
            with subprocess.Popen(argv, stdout=subprocess.PIPE, env=owned) as self._process:
                began = time.monotonic()
                if self._cores:
                    os.sched_setaffinity(self._process.pid, self._cores)
                assert self._process.stdout is not None
                for line in self._process.stdout:
                    load = read(line)
                    self.seconds.append(Second(began + load.seconds, load))
        self._total = self.seconds.pop().load


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
    failures = sum(each.failed + each.refused for each in loads)
    wrong = sum(each.wrong for each in loads)
    answered = sum(each.answered for each in loads)
    latencies = _merged([each.latencies for each in loads])
    return Tally(answered + failures + wrong, failures, wrong, latencies)


def _whole(load: Load) -> Tally:
    lost = load.unanswered + load.unsent
    so_far = tally([load])
    return Tally(so_far.requests + lost, so_far.failures + lost, so_far.wrong, so_far.latencies)


def questions() -> tuple[Question, ...]:
    """The golden rows of the embedded bundle, without the dear ones, and their prices."""
    manifest = json.loads((ROOT / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    names = [feature["name"] for feature in manifest["features"]]
    target = manifest["target"]
    return tuple(
        Question(
            request("/predict", json.dumps(dict(zip(names, each["row"], strict=True))).encode()),
            f'"{target["name"]}": {round(each["price"], target["decimals"])!r},',
        )
        for each in manifest["golden"]
        if each["price"] <= DEAR
    )


def _merged(histograms: list[Histogram]) -> Histogram:
    counts: dict[int, int] = {}
    for histogram in histograms:
        for bound, count in zip(histogram.bounds, histogram.counts, strict=True):
            counts[bound] = counts.get(bound, 0) + count
    return Histogram(tuple(sorted(counts)), tuple(counts[bound] for bound in sorted(counts)))
