"""A stage for tests on which nothing runs: what happens is written into its world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.rehearsal.cores import divided
from tests.rehearsal.deployer import Deployer
from tests.rehearsal.plain import Plain
from tests.rehearsal.stage import Stage
from tests.rehearsal.world import World
from tests.twin.twin import Twin


def still(twin: Twin, directory: Path, say: Callable[[str], None] = print) -> Stage:
    """A stage with an account that stays empty."""
    world = World(directory, twin, Plain(directory, twin), say, divided({0, 1}))
    return Stage(world, Deployer(directory, {}, say), rate=100)
