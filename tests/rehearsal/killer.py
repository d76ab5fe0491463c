"""Tells the serving processes of a supervisor, and kills one: `python killer.py PID [kill]`.

It runs beside it, also inside a container from standard input, and so needs nothing but Python.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

WORKER = b"--multiprocessing-fork"
"""In the command line of every process that multiprocessing has spawned."""


def workers(parent: int) -> list[int]:
    """The serving processes of a supervisor, by their numbers."""
    return sorted(
        int(folder.name) for folder in Path("/proc").glob("[0-9]*") if _is_worker(folder, parent)
    )


def main(argv: Sequence[str]) -> int:
    """Print them, and kill the first if so told. Exit code 1 if there is none to kill."""
    found = workers(int(argv[0]))
    print(*found)
    if argv[1:] == ["kill"]:
        return kill_first(found)
    return 0


def kill_first(found: Sequence[int]) -> int:
    """Kill it. Exit code 1 where there is none: then one process does everything."""
    for worker in found[:1]:
        os.kill(worker, signal.SIGKILL)
    return 0 if found else 1


def _is_worker(folder: Path, parent: int) -> bool:
    try:
        if WORKER not in (folder / "cmdline").read_bytes():
            return False
        status = (folder / "status").read_text(encoding="utf-8")
    except OSError:  # it has ended meanwhile
        return False
    return f"\nPPid:\t{parent}\n" in status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
