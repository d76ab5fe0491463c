"""The processors are divided: what starts leaves alone what serves, wherever there are two."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.rehearsal.cores import Cores, divided, listed, move
from tests.rehearsal.programs import Program
from tests.rehearsal.waiting import until

THREADED = """\
import subprocess, sys, threading, time
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("there", "serving", "starting", "share", "enough"),
    [
        ({3}, {3}, {3}, 0.5, False),
        ({0, 1}, {0}, {1}, 1.0, False),
        ({0, 2, 4}, {0, 2}, {4}, 1.5, False),
        ({0, 1, 2, 3}, {0, 1}, {2, 3}, 2.0, True),
    ],
)
def test_each_has_half(
    there: set[int],
    serving: set[int],
    starting: set[int],
    share: float,
    enough: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """But where there is only one; four are enough for one that starts to have its own."""
    cores = divided(there)
    assert cores == Cores(frozenset(serving), frozenset(starting))
    assert (cores.share, cores.enough) == (share, enough)


def test_engines_take_a_list() -> None:
    """With commas, in order."""
    assert listed({10, 2}) == "2,10"


def test_a_program_is_moved_whole(tmp_path: Path) -> None:
    """Its threads, and the processes that it has started."""
    cores = sorted(os.sched_getaffinity(0))
    log = tmp_path / "log"
    program = Program([sys.executable, "-c", THREADED], log, cores=cores[:1])
    try:
        until(lambda: log.read_text() != "")
        tasks = [
            int(task.name)
            for process in (program.pid, int(log.read_text()))
            for task in Path(f"/proc/{process}/task").iterdir()
        ]
        assert len(tasks) == 3
        assert {frozenset(os.sched_getaffinity(task)) for task in tasks} == {frozenset(cores[:1])}
        move(program.pid, cores[-1:])
        assert {frozenset(os.sched_getaffinity(task)) for task in tasks} == {frozenset(cores[-1:])}
        assert os.sched_getaffinity(0) == set(cores)
    finally:
        program.kill()
