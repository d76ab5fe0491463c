"""`python -m tests.rehearsal`: production on one machine, played act by act."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.bundled import EMBEDDED, read
from benchmarks.emulator import find_emulator
from benchmarks.generator import COMPILER
from tests.rehearsal import balancer, bounds, grounds
from tests.rehearsal.deploying import deploying
from tests.rehearsal.packages import missing
from tests.rehearsal.page import Story, write_page
from tests.rehearsal.play import HEAD, held, last_line, play, sum_up
from tests.rehearsal.playbill import FULL, FUNCTION, SHORT, Act
from tests.rehearsal.sampler import Sampler
from tests.rehearsal.stage import Stage
from tests.rehearsal.versions import all_alike
from tests.rehearsal.view import View
from tests.rehearsal.world import PACE, world

IMAGE = "shipping-price-estimator"
RATE = 500.0
PAGE = Path("build", "rehearsal.html")


def main(argv: Sequence[str] | None = None) -> int:
    """Play; the exit code is 1 where a claim did not hold, and 3 where it cannot be played."""
    args = _parser().parse_args(argv)
    fault = balancer.available() or missing(COMPILER) or all_alike(read(EMBEDDED))
    if fault:
        print(f"error: {fault}", file=sys.stderr)
        return 3
    bounds.sweep()
    try:
        with bounds.bounded(), bounds.directory() as directory:
            story, well = _rehearse(args, directory, View())
    except KeyboardInterrupt:
        print("stopped, and taken down", file=sys.stderr)
        return 130
    write_page(PAGE, story)
    lines = ["", HEAD, *(each.line for each in story.played), "", str(PAGE)]
    print("\n".join([*lines, last_line(story.played, story.summary)]))
    return 0 if well else 1


def _rehearse(args: argparse.Namespace, directory: Path, view: View) -> tuple[Story, bool]:
    """Bring everything up, play, and take it down: what there is to tell, and if all held."""
    make = grounds.choose(args.image, "so it was asked for" * args.processes, view.hear)
    acts = _acts(args, view.hear)
    with ExitStack() as stack:
        there = stack.enter_context(
            world(directory, make, view.hear, pace=args.pace, emulator=args.emulator)
        )
        stage = Stage(there, stack.enter_context(deploying(there, args.rate)), args.rate)
        stack.callback(stage.close)
        sampler = stack.enter_context(Sampler(stage).looking())
        stack.enter_context(view.showing(stage))
        played = play(stage, acts)
        stage.close()
    seconds = stage.traffic.seconds
    story = Story(there.ground.name, played, sampler.samples, seconds, sum_up(stage))
    return story, held(played, stage)


def _acts(args: argparse.Namespace, say: Callable[[str], None]) -> list[Act]:
    """All, or the first few; without an emulator of Lambda none of its."""
    first, *others = SHORT if args.short else FULL
    if args.emulator is None and FUNCTION in others:
        say(f"'{FUNCTION.name}' is left out: name an emulator of Lambda with --emulator")
        others.remove(FUNCTION)
    return [first, *(act for act in others if args.act in act.name)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal", description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help="a first deploy, a release and one that fails"
    )
    parser.add_argument("--processes", action="store_true", help="without containers")
    parser.add_argument("--image", default=IMAGE, help="the service's image (default: %(default)s)")
    parser.add_argument(
        "--emulator",
        type=Path,
        default=find_emulator(),
        help="Lambda's Runtime Interface Emulator (default: that of aws-sam-cli, if it is there)",
    )
    parser.add_argument(
        "--act", default="", metavar="WORD", help="after the first, only acts with it in their name"
    )
    parser.add_argument(
        "--rate", type=float, default=RATE, help="requests a second (default: %(default)g)"
    )
    parser.add_argument(
        "--pace",
        type=float,
        default=PACE,
        help="seconds that pass in AWS in one of this machine's (default: %(default)g)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
