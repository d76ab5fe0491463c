"""Measuring contenders side by side: all of them started, asked in turns, round after round."""

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.contenders import BODY, Contender
from benchmarks.load import closed, opened, request
from benchmarks.processes import Server, free_port, serving

PATH = "/predict"


@dataclass(slots=True)
class Measured:
    """What was seen of one contender, one number for each round."""

    name: str
    started_in: float
    cpu: list[float] = field(default_factory=list)
    """CPU microseconds for each answer."""
    rates: list[float] = field(default_factory=list)
    """Answers a second, of a closed loop."""
    latencies: list[tuple[float, float, float]] = field(default_factory=list)
    """p50, p99 and p99.9 in milliseconds at 70 % of the median rate, of an open loop."""
    memory: float = 0.0
    """Resident MB at the end."""

    def median(self, values: str) -> float:
        """The median of `cpu` or `rates` over the rounds."""
        found: list[float] = getattr(self, values)
        return statistics.median(found)


def measure(
    contenders: Sequence[Contender], rounds: int, seconds: float, directory: Path
) -> list[Measured]:
    """Every contender in every round, so that what disturbs the machine disturbs all alike.

    The servers have the first core to themselves where there are several, the load the others.
    """
    cores = _server_cores()
    with ExitStack() as stack:
        stack.enter_context(_away_from(cores))
        servers = [stack.enter_context(_served(each, directory, cores)) for each in contenders]
        measured = [
            Measured(each.name, server.started_in)
            for each, server in zip(contenders, servers, strict=True)
        ]
        for _ in range(rounds):
            for server, seen in zip(servers, measured, strict=True):
                _closed_round(server, seen, seconds)
        for _ in range(rounds):
            for server, seen in zip(servers, measured, strict=True):
                _open_round(server, seen, seconds)
        for server, seen in zip(servers, measured, strict=True):
            seen.memory = server.usage().memory
        return measured


def _served(
    contender: Contender, directory: Path, cores: set[int] | None
) -> AbstractContextManager[Server]:
    port = free_port()
    log = directory / f"{port}.log"
    return serving(contender.argv(port), port, PATH, BODY, log, cores)


def _server_cores() -> set[int] | None:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return {cores[0]} if len(cores) > 1 else None


@contextmanager
def _away_from(cores: set[int] | None) -> Iterator[None]:
    """Keep this process off some cores, as long as it lasts."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before - cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _closed_round(server: Server, seen: Measured, seconds: float) -> None:
    before = server.usage().cpu
    load = closed(server.port, request(PATH, BODY), seconds)
    _refuse_bad(seen.name, load.bad)
    seen.cpu.append((server.usage().cpu - before) / load.answered * 1e6)
    seen.rates.append(load.rate)


def _open_round(server: Server, seen: Measured, seconds: float) -> None:
    load = opened(server.port, request(PATH, BODY), seconds, 0.7 * seen.median("rates"))
    _refuse_bad(seen.name, load.bad)
    p50, p99, p999 = (load.percentile(part) * 1000 for part in (0.5, 0.99, 0.999))
    seen.latencies.append((p50, p99, p999))


def _refuse_bad(name: str, bad: int) -> None:
    if bad:
        raise RuntimeError(f"{name} did not answer {bad} good requests well")
