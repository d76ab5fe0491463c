"""Programs that the rehearsal starts, and how it finds what was left of them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.rehearsal.packages import search_path

OWNER = "REHEARSAL_OWNER"
"""In the environment of what a rehearsal starts, and a container's label: the process it is of."""

PATIENCE = 30.0
"""Seconds that a program may take to answer or to end on a machine busy with other things."""

_PROC = Path("/proc")


class Broken(Exception):
    """A program of the rehearsal does not do what it is there for."""


class Program:
    """A program in a session of its own, its output at the end of a file, on some of the cores."""

    def __init__(
        self,
        argv: Sequence[str],
        log: Path,
        environment: Mapping[str, str] = os.environ,
        directory: Path | None = None,
        cores: Collection[int] = (),
    ) -> None:
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environment, "PATH": search_path(), OWNER: str(os.getpid())},
                cwd=directory,
                start_new_session=True,
            )
        if cores:
            os.sched_setaffinity(self.pid, cores)

    @property
    def pid(self) -> int:
        """The number of its first process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """As a shell has it, 128 and the signal's number if one ended it; None while it runs."""
        return _shell_code(self._process.poll())

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        code = _shell_code(self._process.wait())
        assert code is not None
        return code

    def ended(self, within: float) -> bool:
        """Whether it ends within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=within)
        return self._process.returncode is not None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its first process."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End all its processes at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def end(self, patience: float = PATIENCE) -> None:
        """Ask it to end, and insist after so many seconds."""
        self.signal(signal.SIGTERM)
        self.ended(within=patience)
        self.kill()

    def until(self, answers: Callable[[], bool]) -> None:
        """Wait until it answers. If it does not, end it and raise `Broken` with its last lines."""
        for _ in range(int(PATIENCE / 0.02)):
            if answers():
                return
            if self.ended(within=0.02):
                break
        self.kill()
        raise Broken(f"{self._process.args!r} does not answer: {tail(self._log)}")


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a program's output."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def alive(owner: str) -> bool:
    """Whether the process that owns something still runs."""
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sweep() -> list[int]:
    """End what a rehearsal has left behind that was itself ended by force; its processes."""
    left = [pid for pid, owner in _owned() if not alive(owner)]
    _kill(left)
    return left


def own() -> list[int]:
    """The processes that this rehearsal has started, or they have, and that still run."""
    return [pid for pid, owner in _owned() if owner == str(os.getpid())]


def end_own() -> None:
    """End them."""
    _kill(own())


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _owned() -> list[tuple[int, str]]:
    """Every process that some rehearsal has started, and of which; none without /proc."""
    found = []
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            for entry in (folder / "environ").read_bytes().split(b"\0"):
                name, _, value = entry.decode(errors="replace").partition("=")
                if name == OWNER:
                    found.append((int(folder.name), value))
    return found


def _shell_code(code: int | None) -> int | None:
    return 128 - code if code is not None and code < 0 else code
