"""What a world stands on: where images are pushed to, and what runs them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from tests.rehearsal.cores import Cores
from tests.rehearsal.deployer import Deployer
from tests.rehearsal.emulator import Task
from tests.rehearsal.images import Weight
from tests.rehearsal.machines import Address, Means
from tests.rehearsal.programs import Program
from tests.rehearsal.userdata import Boot
from tests.rehearsal.versions import Version


class Ground(Protocol):
    """Containers and a registry, or what stands for them."""

    name: str
    how: str
    """In or as what instances run."""
    weight: Weight | None
    """Of the images, where there are any: of the first that was pushed."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What a deployer needs for it."""

    def push(self, deployer: Deployer, version: Version) -> str:
        """Push a version with the deployer's own commands: the digest."""

    def means(self, boot: Boot, address: Address, cores: Cores) -> Means:
        """What runs the image of a boot."""

    def emulate(self, task: Task, address: Address, emulator: Path) -> Program:
        """Run a function's version under the emulator, which listens at an address."""

    def stop_registry(self) -> None:
        """Have every pull fail."""

    def start_registry(self) -> None:
        """Have pulls succeed again."""

    def left(self) -> list[str]:
        """What of it is still there, besides files."""

    def close(self) -> None:
        """Leave nothing behind."""
