"""The processors of this machine: some for what serves and asks, the others for what deploys.

In AWS every instance has its own, and so have AWS itself and whoever deploys. On one machine a
container that starts would take its time from those that serve.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")

ENOUGH = 2
"""For what deploys and starts: one for a machine that starts, one for all the rest of it."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Which do what; where there is only one, it does everything."""

    serving: frozenset[int]
    """Those of the load, the balancer, and the machines that serve."""
    starting: frozenset[int]
    """Those of the offline AWS, the deployers, and the machines that start or end."""

    @property
    def enough(self) -> bool:
        """Whether a machine that starts has one to itself."""
        return len(self.starting) >= ENOUGH

    @property
    def share(self) -> float:
        """How many a machine may use."""
        return len(self.serving | self.starting) / 2


def divided(there: Collection[int]) -> Cores:
    """Half of them for each; the one in the middle serves."""
    middle = (len(there) + 1) // 2
    ordered = sorted(there)
    return Cores(frozenset(ordered[:middle]), frozenset(ordered[middle:] or ordered))


def listed(cores: Collection[int]) -> str:
    """As engines take them: 0,1."""
    return ",".join(map(str, sorted(cores)))


def move(session: int, cores: Collection[int]) -> None:
    """Move all processes of a session to others."""
    for task in _PROC.glob("[0-9]*/task/[0-9]*"):
        with suppress(ProcessLookupError):  # it has ended meanwhile
            if os.getsid(int(task.parts[-3])) == session:
                os.sched_setaffinity(int(task.name), cores)
