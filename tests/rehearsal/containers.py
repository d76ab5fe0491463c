"""Machines in containers."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path
from subprocess import CompletedProcess

from tests.rehearsal import killer
from tests.rehearsal.cores import Cores, listed
from tests.rehearsal.machines import Address, Unavailable
from tests.rehearsal.programs import PATIENCE, Broken, Program
from tests.rehearsal.runner import Runner
from tests.rehearsal.userdata import Boot


class Container:
    """The `Means` that does what the instance itself would do."""

    def __init__(
        self, runner: Runner, name: str, boot: Boot, address: Address, cores: Cores, folder: Path
    ) -> None:
        self._runner = runner
        self._name = name
        self._boot = boot
        self._address = address
        self._cores = cores
        self._own = cores.starting
        self._file = folder / f"{name}.env"

    def fetch(self) -> None:
        """Pull the image, by its digest."""
        done = self._runner.ask("pull", "--quiet", self._boot.image)
        if done.returncode:
            raise Unavailable(done.stderr.strip())

    def launch(self, log: Path) -> Program:
        """Run the container, in place of one that was left."""
        lines = (f"{name}={value}\n" for name, value in self._boot.environment.items())
        self._file.write_text("".join(lines), encoding="utf-8")
        self._runner.remove(self._name)
        limits = ("--cpus", f"{self._cores.share:g}", "--cpuset-cpus", listed(self._own))
        argv = self._runner.run(self._name, self._boot, self._address, limits, self._file)
        return Program(argv, log, {**os.environ, **self._runner.environment})

    def admit(self, program: Program) -> None:
        """Move it to the cores of those that serve."""
        self._own = self._cores.serving
        done = self._move(self._own)
        if done.returncode and not program.ended(within=1):
            raise Broken(f"{self._name} stays on its cores: {done.stderr.strip()[-300:]}")

    def stop(self, program: Program) -> None:
        """`docker stop`, as often as it takes: a container may only just come to be.

        The letter is the same everywhere, where docker has changed the word that it is short for.
        """
        seconds = self._boot.options.stop_seconds
        self._move(self._cores.starting)  # if it runs
        self._end(program, seconds, "stop", "-t", f"{seconds}")

    def kill(self, program: Program) -> None:
        """All the processes in it, as often as it takes."""
        self._end(program, 0, "kill", "--signal", "KILL")

    def workers(self, program: Program) -> list[int]:
        """By their numbers inside; none while it does not run."""
        return [int(word) for word in self._inside().stdout.split()]

    def kill_worker(self, program: Program) -> None:
        """From inside, where every engine lets one."""
        done = self._inside("kill")
        if done.returncode:
            told = done.stderr.strip()[-300:] or "it serves with one process"
            raise Broken(f"no worker of {self._name} was killed: {told}")

    def _end(self, program: Program, seconds: float, *words: str) -> None:
        """Raises `Broken` with the engine's words if it has not ended a while after that time."""
        limit, said = time.monotonic() + seconds + PATIENCE, ""
        while not program.ended(within=0.05):
            if time.monotonic() > limit:
                raise Broken(f"{self._name} does not end: {said[-300:]}")
            said = self._runner.ask(*words, self._name).stderr.strip()

    def _inside(self, *words: str) -> CompletedProcess[str]:
        source = Path(killer.__file__).read_text(encoding="utf-8")
        argv = ("exec", "--interactive", self._name, "python", "-", "1", *words)
        return self._runner.ask(*argv, stdin=source)

    def _move(self, cores: Collection[int]) -> CompletedProcess[str]:
        return self._runner.ask("update", "--cpuset-cpus", listed(cores), self._name)
