"""`python -m tests.rehearsal`: production on one machine, played act by act."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.rehearsal.acts import SHORT
from tests.rehearsal.page import Story, write_page
from tests.rehearsal.plain import Plain
from tests.rehearsal.play import HEAD, play, sum_up
from tests.rehearsal.sampler import Sampler
from tests.rehearsal.stage import RATE, Stage
from tests.rehearsal.view import View
from tests.rehearsal.world import PACE, deploying, world

PAGE = Path("build", "rehearsal.html")


def main(argv: Sequence[str] | None = None) -> int:
    """Play; the exit code is 1 where a claim did not hold."""
    args = _parser().parse_args(argv)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rehearsal-")))
        there = stack.enter_context(world(directory, Plain, args.pace))
        view = View()
        there.hear = view.hear
        stage = Stage(there, stack.enter_context(deploying(there)), args.rate)
        stack.callback(stage.traffic.stop)
        sampler = Sampler(stage)
        with sampler.looking(), view.showing(stage):
            played = play(stage, SHORT)
            stage.traffic.stop()
    story = Story(
        there.ground.name, played, sampler.samples, stage.traffic.seconds, sum_up(played, stage)
    )
    write_page(PAGE, story)
    print("\n".join(["", HEAD, *(each.line for each in played), "", str(PAGE), story.summary]))
    return 0 if all(each.good for each in played) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal", description=__doc__)
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second")
    parser.add_argument("--pace", type=float, default=PACE, help="virtual seconds a second")
    return parser


if __name__ == "__main__":
    sys.exit(main())
