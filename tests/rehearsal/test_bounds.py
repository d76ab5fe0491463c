"""The bounds: it ends in order when it has to, and what a dead one has left goes."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.rehearsal.bounds import bounded, directory, sweep
from tests.rehearsal.programs import Program
from tests.rehearsal.waiting import runs, until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGALRM])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    """So that all is taken down; afterwards signals are what they were."""
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as ended, bounded():
        signal.raise_signal(number)
    assert ended.value.code == 128 + number
    assert signal.getsignal(number) == before
    assert signal.alarm(0) == 0


@contextmanager
def insisting() -> Iterator[list[str]]:
    """Somebody who wants it to end at once, while it is being taken down."""
    down: list[str] = []
    try:
        yield down
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.raise_signal(number)
        down.append("all")


def test_whoever_insists_waits_until_all_is_down() -> None:
    """A key that is pressed twice, and the terminal that is closed behind it."""
    with pytest.raises(KeyboardInterrupt), bounded(), insisting() as down:
        signal.raise_signal(signal.SIGINT)
    assert down == ["all"]
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_what_does_not_come_down_is_killed(tmp_path: Path) -> None:
    """And the rehearsal with it."""
    argv = [sys.executable, "-c", STUCK, str(tmp_path / "log")]
    ended = subprocess.run(argv, check=False, text=True, capture_output=True)
    assert ended.returncode == 128 + signal.SIGALRM
    until(lambda: not runs(int(ended.stdout)))


STUCK = """
import signal, sys
from pathlib import Path
from tests.rehearsal.bounds import TAKING_DOWN, bounded
from tests.rehearsal.programs import Program

with bounded():
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        assert 0 < signal.alarm(0) <= TAKING_DOWN
        print(Program(["sleep", "600"], Path(sys.argv[1])).pid, flush=True)
        signal.raise_signal(signal.SIGALRM)
        print("it goes on")
"""


def test_a_signal_that_nobody_hears_is_not_heard() -> None:
    """As that of a terminal that is closed behind `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with bounded():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_no_program_is_left(tmp_path: Path) -> None:
    """Though nobody has ended it."""
    with bounded():
        program = Program(["sleep", "600"], tmp_path / "log")
    assert program.wait() == 128 + signal.SIGKILL


def test_its_files_go_with_it() -> None:
    """Whatever lies there."""
    with directory() as ours:
        (ours / "file").touch()
        sweep()
        assert (ours / "file").exists()
    assert not ours.exists()


def test_files_of_the_dead_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = (f"rehearsal-{dead.pid}-x", f"rehearsal-{os.getpid()}-x", "rehearsal-notes", "other")
    for name in names:
        (tmp_path / name).mkdir()
    sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
