"""The supervisor: several serving processes on one socket, a dead one replaced."""

import logging
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from api.metrics import DIRECTORY_VARIABLE, forget_process
from api.settings import Settings

STARTUP_FAILED = 3
"""The exit code of a process that never came to serve, and then of the supervisor."""

Work = Callable[[Settings, socket.socket], None]
"""What each process does; it must be importable by name."""

_RAPID_SECONDS = 1.0
_RAPID_DEATHS = 10

_log = logging.getLogger("api.supervisor")
_spawn = multiprocessing.get_context("spawn")


class Supervisor:
    """Keeps a number of processes at work until told to stop, then lets them all finish."""

    def __init__(self, work: Work, settings: Settings, listener: socket.socket) -> None:
        self._work = work
        self._settings = settings
        self._listener = listener
        self._started: dict[BaseProcess, float] = {}
        self._rapid_deaths = 0
        self._exit_code = 0
        self._stopping = False
        self._woken, self._wake = os.pipe()

    def run(self, workers: int) -> int:
        """Keep `workers` processes at work. Returns 0 after a stop, else `STARTUP_FAILED`.

        SIGTERM and SIGINT stop it: they are passed on to every process as SIGTERM.
        """
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        with _metrics_directory() as directory:
            for _ in range(workers):
                self._start()
            while self._started:
                self._wait(directory)
        return self._exit_code

    def _start(self) -> None:
        process = _spawn.Process(target=_run, args=(self._work, self._settings, self._listener))
        process.start()
        self._started[process] = time.monotonic()

    def _wait(self, directory: Path) -> None:
        """Wait until a signal comes or a process ends, and do what is then to be done."""
        by_sentinel = {process.sentinel: process for process in self._started}
        for ready in wait([*by_sentinel, self._woken]):
            if ready == self._woken:
                os.read(self._woken, 1)
                self._stop()
            elif isinstance(ready, int):
                self._bury(by_sentinel[ready], directory)

    def _bury(self, process: BaseProcess, directory: Path) -> None:
        process.join()
        lived = time.monotonic() - self._started.pop(process)
        forget_process(process.pid or 0, directory)
        if self._stopping:
            return
        self._rapid_deaths = self._rapid_deaths + 1 if lived < _RAPID_SECONDS else 0
        if process.exitcode == STARTUP_FAILED or self._rapid_deaths > _RAPID_DEATHS:
            _log.error("worker %s could not start: stopping", process.pid)
            self._exit_code = STARTUP_FAILED
            self._stop()
        else:
            _log.error("worker %s ended with %s: replaced", process.pid, process.exitcode)
            self._start()

    def _stop(self) -> None:
        """Tell every process to stop, and no longer hold the socket open for them."""
        self._stopping = True
        self._listener.close()
        for process in self._started:
            process.terminate()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        os.write(self._wake, b"!")


def _run(work: Work, settings: Settings, listener: socket.socket) -> None:
    """What a process does: its work, and no longer than the supervisor lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C comes through the supervisor
    threading.Thread(target=_follow_parent, daemon=True).start()
    work(settings, listener)


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _metrics_directory() -> Iterator[Path]:
    """A fresh directory, in memory where it can be, that the processes share their numbers in."""
    memory = Path("/dev/shm")  # noqa: S108 - a private directory is made in it, by mkdtemp
    parent = memory if os.access(memory, os.W_OK) else None
    directory = Path(tempfile.mkdtemp(prefix="metrics-", dir=parent))
    os.environ[DIRECTORY_VARIABLE] = str(directory)
    try:
        yield directory
    finally:
        del os.environ[DIRECTORY_VARIABLE]
        shutil.rmtree(directory, ignore_errors=True)
