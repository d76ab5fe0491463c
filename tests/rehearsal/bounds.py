"""The bounds of a rehearsal: how long it takes, where its files are, and that nothing is left."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.rehearsal import programs

LIMIT = 900
"""Seconds after which it ends, whatever it waits for."""

PREFIX = "rehearsal-"


@contextmanager
def bounded(seconds: int = LIMIT) -> Iterator[None]:
    """End in order when told to, or when it takes too long."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGALRM)}
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def directory() -> Iterator[Path]:
    """A directory of its own, gone at the end."""
    name = f"{PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=name, ignore_cleanup_errors=True) as made:
        yield Path(made)


def sweep() -> None:
    """Remove what rehearsals have left that were themselves ended by force."""
    programs.sweep()
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*-*"):
        if not programs.alive(folder.name.split("-")[1]):
            shutil.rmtree(folder, ignore_errors=True)
