"""`python -m benchmarks`: the service beside the floor under it, as ratios of one run.

With `--peers`, beside what others serve such a model with, too: each is installed in an environment
of its own under build/benchmarks/, where the table and a plot are left. A figure in seconds tells
of a machine, a ratio of one run tells of the code: so only the ratios are to be quoted.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.arguments import DAY, bundle, number, whole
from benchmarks.contenders import ECHO, FLOOR, SERVICE, apart, of_bundle
from benchmarks.ending import ended
from benchmarks.environments import HOME
from benchmarks.field import PEERS, refuse_other_model
from benchmarks.measure import LOAD, Outcome, Pace, measure
from benchmarks.plot import plot
from benchmarks.report import ratios, table

_OURS = (FLOOR, ECHO, SERVICE)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    args = _parser().parse_args(argv)
    if args.peers:
        refuse_other_model()
    others = [of_bundle(each) for each in args.bundle]
    contenders = (*map(apart, _OURS), *PEERS) if args.peers else (*_OURS, *others)
    pace = Pace(args.rounds, args.seconds, args.load)
    least = len(contenders) * (1 + 2 * args.rounds) * args.seconds
    print(f"{len(contenders)} servers in turns, for {least:.0f} s at least", file=sys.stderr)
    with tempfile.TemporaryDirectory() as directory:
        outcome = measure(contenders, pace, Path(directory))
    told = f"{table(outcome)}\n\n{ratios(outcome)}"
    print(told)
    if args.peers:
        write(outcome, told, HOME)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=whole(1, 1000), default=5,
                        help="default: %(default)s")  # fmt: skip
    parser.add_argument("--seconds", type=number(0.1, DAY), default=2.0,
                        help="of each turn; a round has two (default: %(default)s)")  # fmt: skip
    parser.add_argument("--load", type=number(0.01, 1), default=LOAD, metavar="PART",
                        help="the part of each one's rate at which its latencies are taken "
                             "(default: %(default)s)")  # fmt: skip
    beside = parser.add_mutually_exclusive_group()
    beside.add_argument("--peers", action="store_true", help="measure the peers too")
    beside.add_argument("--bundle", type=bundle, nargs="+", default=[], metavar="DIR",
                        help="measure the service with other models too")  # fmt: skip
    return parser


def write(outcome: Outcome, told: str, directory: Path) -> None:
    """Leave the table and the plot in a directory."""
    (directory / "table.md").write_text(told + "\n", encoding="utf-8")
    (directory / "plot.svg").write_text(plot(outcome.measured, SERVICE.name), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(ended(main))
