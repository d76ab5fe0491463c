"""A person who deploys: types `python -m deploy …`, and lives at the pace of the offline AWS."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.deploy import typed
from tests.rehearsal.programs import OWNER

THERE = Path(__file__).with_name("there")
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

    def kill(self) -> None:
        """End it at once, with all that it has started, which would hold its pipes."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

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
        self.checkout.mkdir()
        own = typed.environment(directory / "home", THERE)
        self.environment = {**own, OWNER: str(os.getpid()), **environment}

    def configure(self, settings: str) -> None:
        """Write the configuration."""
        (self.checkout / "deploy.toml").write_text(settings, encoding="utf-8")

    def start(self, line: str) -> Command:
        """Start a command."""
        self._hear(f"$ python -m deploy {line}")
        command = Command(line, typed.start(line, self.checkout, self.environment))
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
        """Kill what still runs, with all that it has started."""
        for command in self._running:
            command.kill()

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
