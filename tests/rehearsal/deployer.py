"""A person who deploys: types `python -m deploy …`, and lives at the pace of the offline AWS."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.rehearsal.programs import OWNER

ROOT = Path(__file__).resolve().parents[2]
THERE = Path(__file__).with_name("there")
FOREIGN = ("GIT", "DEPLOY_", "SMOKE_", "COVERAGE_", "ESTIMATOR_")
LIMIT = 300.0
"""Seconds that a command may take."""


class Unexpected(AssertionError):
    """Something went otherwise than a system that is right lets it go."""


Hear = Callable[[str], None]


@dataclass
class Command:
    """One that has been started; `code` waits for its end."""

    line: str
    process: subprocess.Popen[str]
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    readers: list[threading.Thread] = field(default_factory=list)

    def read(self, hear: Hear) -> None:
        """Begin to read what it says; what goes to standard error is heard at once."""
        pipes = ((self.process.stdout, self.out, None), (self.process.stderr, self.err, hear))
        for pipe, lines, listener in pipes:
            thread = threading.Thread(target=_read, args=(pipe, lines, listener), daemon=True)
            thread.start()
            self.readers.append(thread)

    @property
    def code(self) -> int:
        """Its exit code, once it has ended."""
        code = self.process.wait(LIMIT)
        for reader in self.readers:
            reader.join(LIMIT)
        return code

    @property
    def said(self) -> str:
        """All that it has said on standard error."""
        return "\n".join(self.err)


class Deployer:
    """A checkout with its configuration, and the environment in which commands run."""

    def __init__(self, directory: Path, environment: Mapping[str, str], hear: Hear) -> None:
        self.checkout = directory / "checkout"
        self._hear = hear
        self._running: list[Command] = []
        home = directory / "home"
        self.checkout.mkdir()
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.environment = kept | {
            "GIT_AUTHOR_NAME": "ann",
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "ann",
            "GIT_COMMITTER_EMAIL": "ann@example.org",
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(home),
            OWNER: str(os.getpid()),
            "PYTHONPATH": f"{THERE}{os.pathsep}{ROOT}",
        }
        self.environment |= environment

    def configure(self, settings: str) -> None:
        """Write the configuration."""
        (self.checkout / "deploy.toml").write_text(settings, encoding="utf-8")

    def start(self, line: str) -> Command:
        """Start a command."""
        self._hear(f"$ python -m deploy {line}")
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy", *line.split()],
            cwd=self.checkout,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        command = Command(line, process)
        command.read(self._hear)
        self._running.append(command)
        return command

    def type(self, line: str) -> Command:
        """Run a command to its end."""
        command = self.start(line)
        _ = command.code
        return command

    def good(self, line: str) -> str:
        """Run a command that has to end well: its result."""
        command = self.type(line)
        if command.code:
            raise Unexpected(f"{line}: exit code {command.code}\n{command.said}")
        return "\n".join(command.out)

    def kill(self) -> None:
        """Kill what still runs."""
        for command in self._running:
            command.process.kill()

    def close(self) -> None:
        """Kill what still runs, and see it end."""
        self.kill()
        for command in self._running:
            _ = command.code


def _read(pipe: IO[str], lines: list[str], hear: Hear | None) -> None:
    with pipe:
        for line in pipe:
            lines.append(line.rstrip("\n"))
            if hear is not None:
                hear(lines[-1])
