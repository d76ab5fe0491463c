"""The cores of the machine: some for the server that is asked, the others for everybody else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

Cores = set[int] | None
"""None where they cannot be chosen, or there is but one."""


def split(servers: int = 1) -> tuple[Cores, Cores]:
    """So many for the one that is asked, and the others, one of them at least."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (set(cores[:servers]), set(cores[servers:])) if len(cores) > servers else (None, None)


@contextmanager
def confined(cores: Cores) -> Iterator[None]:
    """Keep this thread on some cores, and all threads and programs that it starts meanwhile."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
