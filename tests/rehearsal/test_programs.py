"""A program of the rehearsal ends when it should, and nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rehearsal.programs import OWNER, Broken, Program, sweep, tail
from tests.rehearsal.waiting import runs, until

STUBBORN = "trap '' TERM; echo deaf; while :; do sleep 60; done"


def test_output_is_kept(tmp_path: Path) -> None:
    """Both kinds, of one run after another."""
    for word in ("one", "two"):
        Program(["sh", "-c", f"echo {word}; echo {word}! >&2"], tmp_path / "log").wait()
    assert tail(tmp_path / "log") == "one\none!\ntwo\ntwo!"
    assert tail(tmp_path / "log", lines=1) == "two!"
    assert tail(tmp_path / "none") == ""


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -9 $$", 137)])
def test_exit_code_is_as_a_shell_has_it(tmp_path: Path, script: str, code: int) -> None:
    """Also where a signal ended it."""
    assert Program(["sh", "-c", script], tmp_path / "log").wait() == code


def test_it_may_end_in_order(tmp_path: Path) -> None:
    """What it does upon SIGTERM is waited for."""
    log = tmp_path / "log"
    program = Program(["sh", "-c", "trap 'exit 0' TERM; echo up; sleep 60 & wait"], log)
    program.until(lambda: tail(log) == "up")
    program.end()
    assert program.exit_code == 0


def test_it_cannot_refuse_to_end(tmp_path: Path) -> None:
    """What does not end upon SIGTERM is killed, with its children."""
    log = tmp_path / "log"
    program = Program(["sh", "-c", STUBBORN], log)
    program.until(lambda: tail(log) == "deaf")
    program.end(patience=0.05)
    assert program.exit_code == 137
    until(lambda: not runs(program.pid))


def test_one_that_ends_instead_of_answering_is_told(tmp_path: Path) -> None:
    """With its last words, at once."""
    program = Program(["sh", "-c", "echo no such port; exit 1"], tmp_path / "log")
    with pytest.raises(Broken, match="no such port"):
        program.until(lambda: False)


def test_one_that_never_answers_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else would: who starts it has not got it yet."""
    monkeypatch.setattr("tests.rehearsal.programs.PATIENCE", 0.04)
    program = Program(["sleep", "60"], tmp_path / "log")
    with pytest.raises(Broken, match="does not answer"):
        program.until(lambda: False)
    assert program.exit_code == 137


def test_leftovers_of_the_dead_are_ended(tmp_path: Path) -> None:
    """Those of a rehearsal that still runs stay, and so does everything that is of none."""
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    stale = subprocess.Popen(["sleep", "60"], env={**os.environ, OWNER: gone})
    mine = Program(["sleep", "60"], tmp_path / "log")
    other = subprocess.Popen(["sleep", "60"])
    ended: list[int] = []

    def swept() -> bool:
        ended.extend(sweep())
        return stale.pid in ended

    try:
        until(swept)
        assert stale.wait(timeout=5) == -signal.SIGKILL
        assert {mine.pid, other.pid}.isdisjoint(ended)
        assert (mine.exit_code, other.poll()) == (None, None)
    finally:
        mine.kill()
        for process in (stale, other):
            process.kill()
            process.wait()
