"""`python -m benchmarks.flames`: where the time of one price goes, before and after the front path.

The same prices are asked for twice: as the front path answers them, and with a content type that
it leaves to the app, whose route answered all of them before there was a front path. Of both a
flame graph is left in build/benchmarks/, and beside it the stacks as text. The CPU of a request is
measured without the sampler, which takes much of the time; only the shares are of what it saw. The
load sleeps between answers, as the sampler needs its core: to wake it is in the sockets' share.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.arguments import DAY, whole
from benchmarks.contenders import SERVICE
from benchmarks.cores import confined, split
from benchmarks.ending import ended
from benchmarks.environments import HOME
from benchmarks.load import Load, Plan, run
from benchmarks.processes import Server, free_port, serving
from benchmarks.sampler import Sampler, installed
from benchmarks.stacks import shares
from benchmarks.traffic import plain

WAYS = {"front path": "application/json", "app": "application/json; charset=UTF-8"}
"""Who answers, and the content type of what it is asked."""

_PATIENT = replace(SERVICE, variables=lambda _: {"ESTIMATOR_PATIENCE_SECONDS": "60"})
"""The service refuses nobody for being stopped again and again."""

AROUND = 4.0
"""Seconds that the load lasts longer than the sampler looks, which takes a while to begin."""


@dataclass(frozen=True, slots=True)
class Flame:
    """Where the time of one way goes."""

    cpu: float
    """Microseconds of a request."""
    shares: Mapping[str, float]
    """By part of the work."""


def main(argv: Sequence[str] | None = None) -> None:
    """Sample, leave the flame graphs and print the table."""
    args = _parser().parse_args(argv)
    flames = measure(installed(args.seconds), HOME)
    pictures = [f"{way}: {picture(HOME, way)}" for way in flames]
    print("\n".join([table(flames), "", *pictures]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flames", description=__doc__)
    parser.add_argument("--seconds", type=whole(1, DAY), default=20,
                        help="of each recording, whole ones (default: %(default)s)")  # fmt: skip
    return parser


def measure(sampler: Sampler, home: Path) -> dict[str, Flame]:
    """Ask the service in each way, and look what it does meanwhile."""
    mine, rest = split()
    command = _PATIENT.command(_PATIENT.programs(), free_port())
    with (
        tempfile.TemporaryDirectory() as directory,
        confined(rest),
        serving(command, Path(directory, "log"), mine) as server,
    ):
        return {
            way: _flame(
                server,
                Plan(server.port, tuple(plain(kind)), sampler.seconds),
                sampler,
                picture(home, way),
            )
            for way, kind in WAYS.items()
        }


def _flame(server: Server, plan: Plan, sampler: Sampler, image: Path) -> Flame:
    before = server.usage().cpu
    load = _good(run(plan))
    cpu = (server.usage().cpu - before) / load.answered * 1e6
    stacks = image.with_suffix(".txt")
    _recorded(sampler, server, plan, "raw", stacks)
    _recorded(sampler, server, plan, "flamegraph", image)
    return Flame(cpu, shares(stacks.read_text(encoding="utf-8")))


def _recorded(sampler: Sampler, server: Server, plan: Plan, form: str, path: Path) -> None:
    """Record while the server is asked as planned, from before to after."""
    longer = replace(plan, seconds=plan.seconds + AROUND)
    with ThreadPoolExecutor(1) as beside:
        load = beside.submit(run, longer)
        sampler.record(server.pid, form, path)
    _good(load.result())


def _good(load: Load) -> Load:
    if load.bad or not load.answered:
        raise RuntimeError(f"{load.bad} good requests were not answered well")
    return load


def picture(home: Path, way: str) -> Path:
    """Where the flame graph of a way is left."""
    return home / f"flame-{way.replace(' ', '-')}.svg"


def table(flames: Mapping[str, Flame]) -> str:
    """The parts of each way, as a table of Markdown: shares, and microseconds of a request."""
    parts = list(next(iter(flames.values())).shares)
    heads = [f"{way}, {unit}" for way in flames for unit in ("%", "µs")]
    rows = [
        [part, *(cell for flame in flames.values() for cell in _cells(flame, flame.shares[part]))]
        for part in parts
    ]
    sums = ["all", *(cell for flame in flames.values() for cell in _cells(flame, 1.0))]
    lines = [["part", *heads], ["---"] * (1 + len(heads)), *rows, sums]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(flame: Flame, share: float) -> tuple[str, str]:
    return f"{share * 100:.1f}", f"{share * flame.cpu:.1f}"


if __name__ == "__main__":
    sys.exit(ended(main))
