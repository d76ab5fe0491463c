"""`python -m benchmarks.workers`: what a second worker on a second core brings.

Where there are three cores or more the load has one to itself; where there are two, it shares those
of the server, one with one worker and two with two. One and two are asked in turns.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.arguments import DAY, number, whole
from benchmarks.contenders import of_workers
from benchmarks.cores import confined
from benchmarks.ending import ended
from benchmarks.load import Plan, run
from benchmarks.processes import Server, free_port, serving
from benchmarks.traffic import plain

CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Scaling:
    """Good answers a second of one worker and of two, round by round."""

    one: list[float]
    two: list[float]
    shared: bool
    """Whether the load had to run on their cores."""

    def __str__(self) -> str:
        ratio = statistics.median(two / one for one, two in zip(self.one, self.two, strict=True))
        where = "on the same cores" if self.shared else "on cores of its own"
        return (
            f"one worker {statistics.median(self.one):,.0f}/s, two "
            f"{statistics.median(self.two):,.0f}/s, the load {where}\n"
            f"answers/s of two workers / one: {ratio:.2f}"
        )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__)
    parser.add_argument("--rounds", type=whole(1, 1000), default=5, help="default: %(default)s")
    parser.add_argument("--seconds", type=number(0.1, DAY), default=2.0,
                        help="of each round (default: %(default)s)")  # fmt: skip
    args = parser.parse_args(argv)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        parser.error("a second worker needs a second core, and there is but one here")
    with tempfile.TemporaryDirectory() as directory:
        print(measure(cores, args.rounds, args.seconds, Path(directory)))


def measure(cores: Sequence[int], rounds: int, seconds: float, directory: Path) -> Scaling:
    """One worker and two, each on as many of these cores."""
    shared = len(cores) == 2
    found = Scaling([], [], shared)
    with ExitStack() as stack:
        servers = [stack.enter_context(_serving(count, cores, directory)) for count in (1, 2)]
        for _ in range(rounds):
            for server, mine, rates in zip(servers, (1, 2), (found.one, found.two), strict=True):
                with confined(set(cores[:mine] if shared else cores[2:])):
                    rates.append(_rate(server, seconds, awake=not shared))
    return found


def _serving(count: int, cores: Sequence[int], directory: Path) -> AbstractContextManager[Server]:
    """A server of so many workers, each of which can have a core."""
    contender = of_workers(count)
    command = contender.command(contender.programs(), free_port())
    return serving(command, directory / str(count), set(cores[:count]))


def _rate(server: Server, seconds: float, *, awake: bool) -> float:
    return run(Plan(server.port, tuple(plain()), seconds, CONNECTIONS, awake=awake)).rate


if __name__ == "__main__":
    sys.exit(ended(main))
