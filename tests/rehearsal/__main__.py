"""`python -m tests.rehearsal`: production on one machine, played act by act."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.rehearsal import balancer, programs, registry, runner
from tests.rehearsal.contained import Contained
from tests.rehearsal.emulator import find_emulator
from tests.rehearsal.freshness import stale
from tests.rehearsal.ground import Ground
from tests.rehearsal.page import Story, write_page
from tests.rehearsal.plain import Plain
from tests.rehearsal.play import HEAD, held, play, sum_up
from tests.rehearsal.playbill import FULL, FUNCTION, SHORT, Act
from tests.rehearsal.sampler import Sampler
from tests.rehearsal.stage import RATE, Stage, deploying
from tests.rehearsal.view import View
from tests.rehearsal.world import PACE, world
from tests.twin.twin import Twin

PAGE = Path("build", "rehearsal.html")
IMAGE = "shipping-price-estimator"
LIMIT = 900
"""Seconds after which it ends, whatever it waits for."""

PREFIX = "rehearsal-"


def main(argv: Sequence[str] | None = None) -> int:
    """Play; the exit code is 1 where a claim did not hold, and 3 where it cannot be played."""
    args = _parser().parse_args(argv)
    fault = balancer.available()
    if fault:
        print(f"error: {fault}", file=sys.stderr)
        return 3
    _sweep()
    view = View()
    with _bounded(), ExitStack() as stack:
        directory = stack.enter_context(_directory())
        there = stack.enter_context(world(directory, _ground(args, view), args.pace, args.emulator))
        there.hear = view.hear
        stage = Stage(there, stack.enter_context(deploying(there, args.rate)), args.rate)
        stack.callback(stage.close)
        sampler = stack.enter_context(Sampler(stage).looking())
        stack.enter_context(view.showing(stage))
        played = play(stage, _acts(args, view))
        stage.close()
    summary = sum_up(played, stage)
    write_page(
        PAGE, Story(there.ground.name, played, sampler.samples, stage.traffic.seconds, summary)
    )
    print("\n".join(["", HEAD, *(each.line for each in played), "", str(PAGE), summary]))
    return 0 if held(played, stage) else 1


def _acts(args: argparse.Namespace, view: View) -> list[Act]:
    """All, or the first few; without an emulator of Lambda none of its."""
    first, *others = SHORT if args.short else FULL
    if args.emulator is None and FUNCTION in others:
        view.hear(f"'{FUNCTION.name}' is left out: name an emulator of Lambda with --emulator")
        others.remove(FUNCTION)
    return [first, *(act for act in others if args.act in act.name)]


def _ground(args: argparse.Namespace, view: View) -> Callable[[Path, Twin], Ground]:
    """Containers, or plain processes where containers cannot run; then it says why."""
    why = "so it was asked for" if args.processes else _missing(args.image)
    if why:
        view.hear(f"plain processes stand for containers: {why}")
        return Plain
    engine = runner.find_runner({})
    assert not isinstance(engine, str)
    return lambda directory, twin: Contained(directory, twin, engine, args.image)


def _missing(image: str) -> str:
    """Why containers of an image cannot run here; empty if they can."""
    engine = runner.find_runner({})
    if isinstance(engine, str):
        return engine
    if why := registry.available():
        return why
    runner.sweep(engine)
    if engine.ask("image", "inspect", image).returncode:
        return f"there is no image {image}; `make image` builds it"
    return runner.trial(engine, image) or stale(engine, image)


@contextmanager
def _bounded() -> Iterator[None]:
    """End in order when told to, or when it takes too long."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, end)
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)


@contextmanager
def _directory() -> Iterator[Path]:
    """A directory of its own, gone at the end."""
    name = f"{PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=name, ignore_cleanup_errors=True) as directory:
        yield Path(directory)


def _sweep() -> None:
    """Remove what rehearsals have left that were themselves ended by force."""
    programs.sweep()
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*-*"):
        if not programs.alive(folder.name.split("-")[1]):
            shutil.rmtree(folder, ignore_errors=True)


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
