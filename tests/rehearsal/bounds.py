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

TAKING_DOWN = 90
"""Seconds that it may take to come down once it has been ended."""

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)

PREFIX = "rehearsal-"


@contextmanager
def bounded(seconds: int = LIMIT) -> Iterator[None]:
    """End in order when told to, or when it takes too long; no program is left in any case."""
    heard = [each for each in ENDS if signal.getsignal(each) != signal.SIG_IGN]  # nohup's is not
    before = {each: signal.signal(each, _end) for each in heard}
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        programs.end_own()
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: object) -> None:
    """Once: whoever insists has to wait, as everything is being taken down."""
    for each in ENDS:
        signal.signal(each, lambda *_: None)
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(TAKING_DOWN)
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)


def _give_up(number: int, _frame: object) -> None:
    """It does not come down: end all programs. Files and containers go when the next begins."""
    programs.end_own()
    os._exit(128 + number)


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
