"""Waiting in tests for what another process does."""

from __future__ import annotations

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
