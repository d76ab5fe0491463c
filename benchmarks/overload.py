"""`python -m benchmarks.overload`: twice as much is asked as can be answered.

What counts is the goodput, the good answers a second, as a part of the most that there can be, and
how long they took. Requests are due whether or not earlier ones were answered. One for which no
connection becomes free in time is turned away before it is asked, as a balancer would that has so
many connections to the server.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.arguments import DAY, number, whole
from benchmarks.contenders import SERVICE
from benchmarks.cores import confined, split
from benchmarks.ending import ended
from benchmarks.load import CONNECTIONS, Load, Plan, Question, run
from benchmarks.processes import free_port, serving
from benchmarks.traffic import batch, blended, explained, plain

MANY = 512
"""Connections, many more than are answered at once: what is not answered waits in them."""

_PATIENCE = 0.01
"""Seconds that a request waits for a connection."""

_SETTLE = 1.0
"""Seconds in which the server takes in all connections."""

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
    loads: dict[tuple[int, float], Load]
    """By the number of connections, and how many times as much was asked."""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    args = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory() as directory:
        plans = [(many, factor) for many in args.connections for factor in args.factors]
        print(table(measure(args.seconds, plans, Path(directory))))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    parser.add_argument("--seconds", type=number(0.1, DAY), default=5.0,
                        help="of each load (default: %(default)s)")  # fmt: skip
    parser.add_argument("--factors", type=number(0.01, 100), nargs="+",
                        default=[0.7, 1.0, 2.0], metavar="FACTOR",
                        help="of the capacity (default: 0.7 1 2)")  # fmt: skip
    parser.add_argument("--connections", type=whole(1, 100_000), nargs="+", default=[MANY],
                        metavar="N", help="default: %(default)s")  # fmt: skip
    return parser


def measure(seconds: float, plans: Sequence[tuple[int, float]], directory: Path) -> list[Overload]:
    """Ask the service for each kind of answer, too much of it in the end."""
    cores, rest = split()
    command = SERVICE.command(SERVICE.programs(), free_port())
    with confined(rest), serving(command, directory / "log", cores) as server:
        awake = rest is not None
        return [
            _overload(
                kind.name,
                Plan(
                    server.port,
                    kind.questions,
                    seconds,
                    kind.connections,
                    settle=_SETTLE,
                    awake=awake,
                ),
                plans,
            )
            for kind in kinds()
        ]


def _overload(name: str, closed: Plan, plans: Sequence[tuple[int, float]]) -> Overload:
    capacity = run(closed, name).rate
    loads = {}
    for many, factor in plans:
        rate = factor * capacity
        plan = replace(closed, connections=many, rate=rate, patience=_PATIENCE)
        loads[many, factor] = run(plan, name)
    return Overload(name, capacity, loads)


def table(overloads: Sequence[Overload]) -> str:
    """What was seen, as a table of Markdown."""
    rows = (
        _row(overload, many, factor, load)
        for overload in overloads
        for (many, factor), load in overload.loads.items()
    )
    head = [f"| {' | '.join(_COLUMNS)} |", "|---" * len(_COLUMNS) + "|"]
    return "\n".join([*head, *rows])


_COLUMNS = (
    *("asked", "connections", "times the capacity", "goodput", "refused", "turned away", "other"),
    *("p50 ms", "p99 ms", "refusal p99 ms"),
)


def _row(overload: Overload, many: int, factor: float, load: Load) -> str:
    asked = load.answered + load.bad
    refusal = f"{load.refusals.percentile(0.99) * 1000:.1f}" if load.refused else ""
    cells = [
        overload.name,
        str(many),
        f"{factor:g}",
        f"{load.rate / overload.capacity:.0%}",
        f"{load.refused / asked:.0%}",
        f"{load.unsent / asked:.0%}",
        f"{(load.bad - load.refused - load.unsent) / asked:.0%}",
        *(f"{load.percentile(part) * 1000:.1f}" for part in (0.5, 0.99)),
        refusal,
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(ended(main))
