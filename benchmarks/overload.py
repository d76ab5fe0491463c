"""`python -m benchmarks.overload`: twice as much is asked as can be answered.

What counts is the goodput, the good answers a second, as a part of the most that there can be, and
how long they took. Requests are due whether or not earlier ones were answered.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders import SERVICE, as_json
from benchmarks.cores import confined, split
from benchmarks.load import Load, Plan, Question, Questions, closed, request, run
from benchmarks.processes import free_port, serving
from benchmarks.products import products

PATHS = {"with reasons": "/predict?explain=true", "a plain price": "/predict"}
CONNECTIONS = 1000
"""Many more than are answered at once: what is not answered waits in them."""


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
    parser.add_argument("--seconds", type=float, default=5.0,
                        help="of each load (default: %(default)s)")  # fmt: skip
    parser.add_argument("--factors", type=float, nargs="+", default=[0.7, 1.0, 2.0],
                        help="of the capacity (default: 0.7 1 2)")  # fmt: skip
    return parser


def measure(seconds: float, factors: Sequence[float], directory: Path) -> list[Overload]:
    """Ask the service for each kind of answer, too much of it in the end."""
    cores, rest = split()
    command = SERVICE.command(SERVICE.programs(), free_port())
    with confined(rest), serving(command, directory / "log", cores) as server:
        return [
            _overload(name, server.port, _questions(path), seconds, factors)
            for name, path in PATHS.items()
        ]


def _questions(path: str) -> Questions:
    return tuple(Question(request(path, as_json(product))) for product in products())


def _overload(
    name: str, port: int, questions: Questions, seconds: float, factors: Sequence[float]
) -> Overload:
    capacity = closed(port, questions, seconds).rate
    plans = {
        factor: Plan(port, questions, seconds, CONNECTIONS, factor * capacity) for factor in factors
    }
    return Overload(name, capacity, {factor: run(plan) for factor, plan in plans.items()})


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
    main()
