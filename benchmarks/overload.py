"""`python -m benchmarks.overload`: twice as much is asked as can be answered.

What counts is the goodput, the good answers a second, as a part of the most that there can be, and
how long they took. Requests are due whether or not earlier ones were answered.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.arguments import DAY, number
from benchmarks.contenders import SERVICE
from benchmarks.cores import confined, split
from benchmarks.ending import ended
from benchmarks.load import CONNECTIONS, Load, Plan, Question, run
from benchmarks.processes import free_port, serving
from benchmarks.traffic import batch, blended, explained, plain

MANY = 1000
"""Connections, many more than are answered at once: what is not answered waits in them."""

_AT_ONCE = 8
"""Batches that one worker takes in: more would be refused while its capacity is measured."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked in turn."""

    name: str
    questions: tuple[Question, ...]
    connections: int = CONNECTIONS
    """Of the closed loop that finds the capacity."""


def kinds() -> tuple[Kind, ...]:
    """Of the model that is measured."""
    mix = blended([explained()] * 4 + [batch(100)])
    return (
        Kind("with reasons", (explained(),)),
        Kind("a plain price", tuple(plain())),
        Kind("a batch of 100", (batch(100),), _AT_ONCE),
        Kind("90 % plain, 8 % with reasons, 2 % batches", mix),
    )


@dataclass(frozen=True, slots=True)
class Overload:
    """What came of it, for one kind of request."""

    name: str
    capacity: float
    """The most good answers a second, of a closed loop."""
    loads: dict[float, Load]
    """By how many times as much was asked."""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    args = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory() as directory:
        print(table(measure(args.seconds, args.factors, Path(directory))))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    parser.add_argument("--seconds", type=number(0.1, DAY), default=5.0,
                        help="of each load (default: %(default)s)")  # fmt: skip
    parser.add_argument("--factors", type=number(0.01, 100), nargs="+",
                        default=[0.7, 1.0, 2.0], metavar="FACTOR",
                        help="of the capacity (default: 0.7 1 2)")  # fmt: skip
    return parser


def measure(seconds: float, factors: Sequence[float], directory: Path) -> list[Overload]:
    """Ask the service for each kind of answer, too much of it in the end."""
    cores, rest = split()
    command = SERVICE.command(SERVICE.programs(), free_port())
    with confined(rest), serving(command, directory / "log", cores) as server:
        return [_overload(kind, server.port, seconds, factors) for kind in kinds()]


def _overload(kind: Kind, port: int, seconds: float, factors: Sequence[float]) -> Overload:
    capacity = run(Plan(port, kind.questions, seconds, kind.connections)).rate
    plans = {
        factor: Plan(port, kind.questions, seconds, MANY, factor * capacity) for factor in factors
    }
    return Overload(kind.name, capacity, {factor: run(plan) for factor, plan in plans.items()})


def table(overloads: Sequence[Overload]) -> str:
    """What was seen, as a table of Markdown."""
    rows = (
        _row(overload, factor, load)
        for overload in overloads
        for factor, load in overload.loads.items()
    )
    return "\n".join([*_HEAD, *rows])


_HEAD = (
    "| asked | times the capacity | goodput | refused | other | p50 ms | p99 ms | refusal p99 ms |",
    "|---|---|---|---|---|---|---|---|",
)


def _row(overload: Overload, factor: float, load: Load) -> str:
    asked = load.answered + load.bad
    refusal = f"{load.refusals.percentile(0.99) * 1000:.1f}" if load.refused else ""
    cells = [
        overload.name,
        f"{factor:g}",
        f"{load.rate / overload.capacity:.0%}",
        f"{load.refused / asked:.0%}",
        f"{(load.bad - load.refused) / asked:.0%}",
        *(f"{load.percentile(part) * 1000:.1f}" for part in (0.5, 0.99)),
        refusal,
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(ended(main))
