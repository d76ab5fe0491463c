"""What it takes to set a stage: a world, whoever deploys in it, and the end of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.rehearsal.deploying import deploying
from tests.rehearsal.grounds import Make
from tests.rehearsal.stage import Stage
from tests.rehearsal.world import PACE, world

RATE = 500.0
"""Requests a second."""


@contextmanager
def staged(
    directory: Path,
    make: Make,
    say: Callable[[str], None],
    *,
    rate: float = RATE,
    pace: float = PACE,
    emulator: Path | None = None,
) -> Iterator[Stage]:
    """A stage on which nothing has been played yet; it is taken down whatever happens."""
    with (
        world(directory, make, say, pace=pace, emulator=emulator) as there,
        deploying(there, rate) as deployer,
        closing(Stage(there, deployer, rate)) as stage,
    ):
        yield stage
