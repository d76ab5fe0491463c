"""The bounds: it ends in order when it has to, and what a dead one has left goes."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.rehearsal.bounds import bounded, directory, sweep


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGALRM])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    """So that all is taken down; afterwards signals are what they were."""
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as ended, bounded():
        signal.raise_signal(number)
    assert ended.value.code == 128 + number
    assert signal.getsignal(number) == before
    assert signal.alarm(0) == 0


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
