"""`python -m benchmarks`: the service beside the floor under it, as ratios of one run.

A figure in seconds tells of a machine, a ratio of one run tells of the code: so only the ratios
are to be quoted.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contenders import ECHO, FLOOR, SERVICE
from benchmarks.measure import Measured, measure


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    args = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory() as directory:
        measured = measure([FLOOR, ECHO, SERVICE], args.rounds, args.seconds, Path(directory))
    print(table(measured))
    print()
    print(ratios(*measured))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=2.0,
                        help="of each round (default: %(default)s)")  # fmt: skip
    return parser


def table(measured: Sequence[Measured]) -> str:
    """What was seen, as a table of Markdown; the spread is from the least to the greatest."""
    return "\n".join([*_HEAD, *map(_row, measured)])


_HEAD = (
    "| contender | CPU µs a request | answers/s | p50 ms | p99 ms | p99.9 ms | RSS MB | start ms |",
    "|---|---|---|---|---|---|---|---|",
)


def _row(seen: Measured) -> str:
    latencies = [sorted(column)[len(column) // 2] for column in zip(*seen.latencies, strict=True)]
    cells = [
        seen.name,
        f"{seen.median('cpu'):.1f} ({min(seen.cpu):.1f} to {max(seen.cpu):.1f})",
        f"{seen.median('rates'):,.0f}",
        *(f"{value:.2f}" for value in latencies),
        f"{seen.memory:.0f}",
        f"{seen.started_in * 1000:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def ratios(floor: Measured, echo: Measured, service: Measured) -> str:
    """The service against the others, round by round; the median of the rounds."""
    under = [mine / floors for mine, floors in zip(service.cpu, floor.cpu, strict=True)]
    over = [mine / echos for mine, echos in zip(service.cpu, echo.cpu, strict=True)]
    p50, p99 = (sorted(each[place] for each in service.latencies)[len(service.latencies) // 2]
                for place in (0, 1))  # fmt: skip
    return "\n".join(
        [
            f"CPU of the service / floor: {_middle(under):.2f}",
            f"CPU of the service / FastAPI echo: {_middle(over):.2f}",
            f"p99 / p50 at 70 % load: {p99 / p50:.2f}",
            f"start of the service / FastAPI echo: {service.started_in / echo.started_in:.2f}",
        ]
    )


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    main()
