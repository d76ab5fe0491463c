"""Real-time priority: nothing else has the cores while the latencies of a server are measured."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BURST = 0.8
"""Seconds for which Linux lets real-time processes run without a pause: of each second 0.95."""

BREAK = 0.3
"""Seconds between two bursts, so that no second has more of them."""

_PRIORITY = 10


def may_be_first() -> bool:
    """Whether this machine lets this process take such a priority."""
    try:
        with first(()):
            return True
    except (AttributeError, PermissionError):
        return False


@contextmanager
def first(pids: Iterable[int]) -> Iterator[None]:
    """Give it to these processes, and to this one and what it starts meanwhile.

    See sched(7). Raises `PermissionError` for whom it is not.
    """
    threads = [thread for pid in (*pids, os.getpid()) for thread in _threads(pid)]
    try:
        _schedule(threads, os.SCHED_FIFO, _PRIORITY)
        yield
    finally:
        _schedule(threads, os.SCHED_OTHER, 0)


def _threads(pid: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        return [int(each.name) for each in Path(f"/proc/{pid}/task").iterdir()]
    return []


def _schedule(threads: Iterable[int], policy: int, priority: int) -> None:
    for thread in threads:
        with suppress(ProcessLookupError):  # it has ended
            os.sched_setscheduler(thread, policy, os.sched_param(priority))
