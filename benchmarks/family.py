"""A process and all that came of it, as Linux tells of them in /proc."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Member:
    """One process."""

    pid: int
    parent: int
    session: int
    cpu: float
    """Seconds, with those of its children that have ended."""
    born: int
    """Ticks after the machine's start, which tell it from a later process of the same number."""


def family(pid: int) -> list[Member]:
    """The process, what descends from it, and what is left in its session without a parent."""
    everyone = list(_everyone())
    found, before = {pid}, 0
    while len(found) > before:
        before = len(found)
        found |= {each.pid for each in everyone if each.parent in found or each.session == pid}
    return [each for each in everyone if each.pid in found]


def memory(members: Iterable[Member]) -> float:
    """The sum of their resident MB."""
    return sum(_resident(each.pid) for each in members)


def descriptors(members: Iterable[Member]) -> int:
    """How many files and sockets they hold open."""
    return sum(_entries(each.pid, "fd") for each in members)


def threads(members: Iterable[Member]) -> int:
    """How many threads they run."""
    return sum(_entries(each.pid, "task") for each in members)


def move(members: Iterable[Member], cores: set[int]) -> None:
    """Let them run on these cores only, each of their threads."""
    for each in members:
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            for thread in Path(f"/proc/{each.pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cores)


def kill(members: Iterable[Member]) -> None:
    """End those of them that still run."""
    born = {each.pid: each.born for each in _everyone()}
    for each in members:
        if born.get(each.pid) == each.born:
            with suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)


def _everyone() -> Iterator[Member]:
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            yield _member(int(directory.name), (directory / "stat").read_text())


def _member(pid: int, stat: str) -> Member:
    """https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, from the third field on."""
    fields = stat.rpartition(")")[2].split()
    parent, session, born = (int(fields[place]) for place in (1, 3, 19))
    return Member(pid, parent, session, sum(map(int, fields[11:15])) / _TICKS, born)


def _entries(pid: int, name: str) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        return len(list(Path(f"/proc/{pid}/{name}").iterdir()))
    return 0


def _resident(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0
