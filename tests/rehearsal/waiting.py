"""Waiting in tests for what another process does, and seeing whether it runs."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable

from tests.rehearsal.programs import PATIENCE


def until(true: Callable[[], bool]) -> None:
    """Wait until it is so; fails after the patience of the rehearsal."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError("waited in vain")


def runs(group: int) -> bool:
    """Whether a process of a group does, and does not only wait for its number to be freed."""
    states = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True,
                            check=True).stdout.splitlines()  # fmt: skip
    return any(line.split()[0] == f"{group}" and "Z" not in line for line in states)
