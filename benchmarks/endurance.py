"""What a soak has shown: whether a service takes more, or answers later, the longer it serves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from scipy.stats import theilslopes

from benchmarks.load import Load

_BUSY = 0.05
"""A process with more than this part of all the CPU is a worker, and no mere supervisor."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one process held at one moment."""

    cpu: float
    """Seconds, so far."""
    memory: float
    """Resident MB."""
    descriptors: int
    threads: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the soak: what came of its load, and what was held when nobody was connected."""

    load: Load
    held: Mapping[int, Held]
    """By process."""
    series: int
    """Of numbers that the service tells in its metrics."""
    statuses: Mapping[str, int]
    """How many answers it has counted so far, by status."""

    @property
    def answers(self) -> int:
        """All that came, good or bad."""
        return self.load.answered + self.load.refused + self.load.wrong


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service may not pass."""

    growth: float = 1.0
    """MB per million requests, of each worker."""
    requests: int = 100_000
    """Of one worker, below which what it gathers is not judged: every process does at first."""
    drift: float = 2.0
    """As a multiple; see `Soak.drift`."""
    refused: float = 0.01
    """Of all requests."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that answers, over the parts that count."""

    pid: int
    requests: float
    """By its part of the CPU."""
    growth: float
    """MB per million requests: the median of the slopes of all pairs of parts (Theil and Sen)."""
    between: tuple[float, float]
    """Where that lies with a confidence of 95 %."""
    first: Held
    last: Held


@dataclass(frozen=True, slots=True)
class Soak:
    """What was seen, part by part; the first fifth is the warm-up and counts for nothing else."""

    parts: Sequence[Part]

    @property
    def counted(self) -> Sequence[Part]:
        """The parts after the warm-up."""
        return self.parts[max(1, len(self.parts) // 5) :]

    def workers(self) -> Iterator[Worker]:
        """Those that were there all the time."""
        first, last = self.counted[0].held, self.counted[-1].held
        used = {pid: last[pid].cpu - first[pid].cpu for pid in first.keys() & last.keys()}
        for pid, cpu in sorted(used.items()):
            if cpu > _BUSY * sum(used.values()):
                yield self._worker(pid, cpu / sum(used.values()))

    def _worker(self, pid: int, share: float) -> Worker:
        held = [part.held[pid] for part in self.counted]
        asked = [share * each for each in accumulate(part.answers for part in self.counted)]
        millions = [each / 1e6 for each in asked]
        slope = theilslopes([each.memory for each in held], millions)
        between = (float(slope.low_slope), float(slope.high_slope))
        return Worker(pid, asked[-1] - asked[0], float(slope.slope), between, held[0], held[-1])

    @property
    def drift(self) -> float:
        """The p99 of the best part of the last third, as a multiple of that of the first.

        The best, because a neighbour on the machine makes some parts slow, and a service that
        tires makes all.
        """
        first, last = self.thirds(lambda part: part.load.percentile(0.99))
        return min(last) / min(first)

    @property
    def cpu(self) -> tuple[float, float]:
        """The CPU seconds of one request, in the first and in the second half."""
        middle = len(self.counted) // 2
        return _cpu(self.counted[: middle + 1]), _cpu(self.counted[middle:])

    def thirds(self, of: Callable[[Part], float]) -> tuple[list[float], list[float]]:
        """A figure in the first and in the last third of the parts that count."""
        figures = [of(part) for part in self.counted]
        third = max(1, len(figures) // 3)
        return figures[:third], figures[-third:]

    def total(self, name: str) -> int:
        """How often something came of a request, by the name that `Load` has for it."""
        return sum(getattr(part.load, name) for part in self.parts)

    def faults(self, limits: Limits) -> Iterator[str]:
        """A sentence for each limit that was passed."""
        yield from self._bad_answers(limits)
        if len({frozenset(part.held) for part in self.parts}) > 1:
            yield "A process ended, and perhaps another took its place: its log says why."
            return
        for worker in self.workers():
            yield from self._growth(worker, limits)
        if self._grown(lambda part: part.series):
            yield "The metrics have ever more series: a label takes values without bounds."
        if self.drift > limits.drift:
            yield (
                f"The p99 grew to {self.drift:.1f} times what it was at first; "
                f"{limits.drift:g} times is allowed. Where the CPU of a request did not grow, the "
                "machine had other work."
            )

    def _bad_answers(self, limits: Limits) -> Iterator[str]:
        for name in ("wrong", "failed", "unanswered", "unsent"):
            if count := self.total(name):
                yield f"{count} requests were {name}."
        refused = self.total("refused") / sum(part.answers for part in self.parts)
        if refused > limits.refused:
            yield f"{refused:.1%} were refused; {limits.refused:.0%} is allowed. Try a lower rate."

    def _growth(self, worker: Worker, limits: Limits) -> Iterator[str]:
        pid = worker.pid
        if worker.requests < limits.requests:
            return
        if worker.growth > limits.growth:
            yield (
                f"Worker {pid} grew by {worker.growth:.2f} MB per million requests; "
                f"{limits.growth:g} is allowed."
            )
        if self._grown(lambda part: part.held[pid].descriptors):
            yield f"Worker {pid} holds ever more descriptors open."
        if self._grown(lambda part: part.held[pid].threads):
            yield f"Worker {pid} runs ever more threads."

    def _grown(self, of: Callable[[Part], float]) -> bool:
        """Whether the least of the last third is above the least of the first."""
        first, last = self.thirds(of)
        return min(last) > min(first)


def _cpu(parts: Sequence[Part]) -> float:
    """The CPU seconds of one request between the first of the parts and the last."""
    first, last = (sum(each.cpu for each in parts[end].held.values()) for end in (0, -1))
    return (last - first) / sum(part.answers for part in parts[1:])
