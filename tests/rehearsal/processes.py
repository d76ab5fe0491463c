"""Machines without containers: `python -m api` as it stands, where containers cannot run."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.settings import PREFIX
from tests.rehearsal import killer
from tests.rehearsal.cores import Cores, move
from tests.rehearsal.machines import Address, Unavailable
from tests.rehearsal.programs import Broken, Program
from tests.rehearsal.userdata import Boot

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Checkout:
    """What stands for an image: a directory with the service's code, and what it sets."""

    directory: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)


class Processes:
    """The `Means` that needs nothing but this interpreter.

    A core's share becomes a number of workers; memory and rights are not held to what the user
    data says.
    """

    def __init__(self, checkout: Checkout, boot: Boot, address: Address, cores: Cores) -> None:
        self._checkout = checkout
        self._boot = boot
        self._address = address
        self._cores = cores
        self._own = cores.starting

    def fetch(self) -> None:
        """Nothing is pulled, but it has to be there."""
        if not self._checkout.directory.is_dir():
            raise Unavailable(str(self._checkout.directory))

    def launch(self, log: Path) -> Program:
        """Start the service on the machine's own address."""
        where = ("--host", self._address.host, "--port", str(self._address.port))
        argv = (sys.executable, "-m", "api", *where)
        return Program(argv, log, self._environment(), self._checkout.directory, self._own)

    def admit(self, program: Program) -> None:
        """Move it to the cores of those that serve."""
        self._own = self._cores.serving
        move(program.pid, self._own)

    def stop(self, program: Program) -> None:
        """As docker stops a container."""
        move(program.pid, self._cores.starting)
        program.end(self._boot.options.stop_seconds)

    def kill(self, program: Program) -> None:
        """The supervisor and all its workers."""
        program.kill()

    def workers(self, program: Program) -> list[int]:
        """The supervisor's own children that serve."""
        return killer.workers(program.pid)

    def kill_worker(self, program: Program) -> None:
        """One of the supervisor's own children."""
        if killer.kill_first(self.workers(program)):
            raise Broken(f"{self._address.host} serves with one process: kill the machine instead")

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        workers = {f"{PREFIX}WORKERS": str(math.ceil(self._cores.share))}
        return own | workers | {**self._checkout.environment} | {**self._boot.environment}
