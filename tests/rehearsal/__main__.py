"""`python -m tests.rehearsal`: production on one machine, played act by act."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import arguments
from benchmarks.bundled import EMBEDDED, read
from benchmarks.emulator import find_emulator, unusable
from benchmarks.generator import COMPILER
from tests.rehearsal import balancer, bounds, grounds
from tests.rehearsal.cores import divided
from tests.rehearsal.images import told
from tests.rehearsal.packages import missing
from tests.rehearsal.page import Story, write_page
from tests.rehearsal.play import HEAD, amiss, last_line, play, sum_up
from tests.rehearsal.playbill import CLAIM, FULL, FUNCTION, SHORT, Act, relaxed
from tests.rehearsal.sampler import Sampler
from tests.rehearsal.staging import RATE, staged
from tests.rehearsal.versions import all_alike
from tests.rehearsal.view import View
from tests.rehearsal.world import PACE

IMAGE = "shipping-price-estimator"
PAGE = Path("build", "rehearsal.html")


def main(argv: Sequence[str] | None = None) -> int:
    """Play; the exit code is 1 where a claim did not hold, and 3 where it cannot be played."""
    parser = _parser()
    args = parser.parse_args(argv)
    if why := _unplayable(args):
        parser.error(why)
    fault = balancer.available() or missing(COMPILER) or all_alike(read(EMBEDDED))
    if fault:
        print(f"error: {fault}", file=sys.stderr)
        return 3
    bounds.sweep()
    try:
        with bounds.bounded(), bounds.directory() as directory:
            story, faults = _rehearse(args, directory, View())
    except KeyboardInterrupt:
        print("stopped, and taken down", file=sys.stderr)
        return 130
    write_page(PAGE, story)
    lines = ["", HEAD, *(each.line for each in story.played), "", story.images, str(PAGE)]
    lines += [f"error: {each}" for each in faults]
    print("\n".join([*lines, last_line(story.how, story.played, story.summary)]))
    return 1 if faults else 0


def _rehearse(args: argparse.Namespace, directory: Path, view: View) -> tuple[Story, list[str]]:
    """Bring everything up, play, and take it down: what there is to tell, and what is amiss."""
    make = grounds.choose(args.image, "so it was asked for" * args.processes, view.hear)
    acts = _acts(args, view.hear)
    with ExitStack() as stack:
        stage = stack.enter_context(
            staged(
                directory, make, view.hear, rate=args.rate, pace=args.pace, emulator=args.emulator
            )
        )
        sampler = stack.enter_context(Sampler(stage).looking())
        stack.enter_context(view.showing(stage))
        played = play(stage, acts)
        stage.close()
    ground, seconds = stage.world.ground, stage.traffic.seconds
    summary, images = sum_up(stage), told(ground.weight, stage.world.pulls())
    story = Story(ground.name, ground.how, played, sampler.samples, seconds, summary, images)
    return story, list(amiss(played, stage, 0 if args.short or args.act else CLAIM))


def _acts(args: argparse.Namespace, say: Callable[[str], None]) -> list[Act]:
    """All, or the first few; without an emulator of Lambda none of its."""
    first, *others = SHORT if args.short else FULL
    if args.emulator is None and FUNCTION in others:
        say(f"'{FUNCTION.name}' is left out: name an emulator of Lambda with --emulator")
        others.remove(FUNCTION)
    acts = [first, *(act for act in others if args.act in act.name)]
    if why := _relaxing(args, os.sched_getaffinity(0)):
        say(f"the 99th percentile is shown, and held to no limit: {why}")
        return relaxed(acts)
    return acts


def _unplayable(args: argparse.Namespace) -> str:
    """Why what is asked for cannot be played: empty if it can."""
    if args.emulator is not None and (why := unusable(args.emulator)):
        return why
    names = [act.name for act in (SHORT if args.short else FULL)]
    chosen = [name for name in names if args.act in name]
    if args.emulator is None and chosen == [FUNCTION.name]:
        return f"'{FUNCTION.name}' needs an emulator of Lambda: name one with --emulator"
    return "" if chosen else f"no act has '{args.act}' in its name: {', '.join(names)}"


def _relaxing(args: argparse.Namespace, there: Collection[int]) -> str:
    """Why a release may strain the service more than twice: empty if it may not."""
    if args.short:
        return "the short form is too short for that"
    if not divided(there).enough:
        return f"with {len(there)} processors none is left to what starts alone"
    return ""


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
        "--rate",
        type=arguments.number(1, 10_000),
        default=RATE,
        help="requests a second (default: %(default)g)",
    )
    parser.add_argument(
        "--pace",
        type=arguments.number(1, 100),
        default=PACE,
        help="seconds that pass in AWS in one of this machine's (default: %(default)g)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
