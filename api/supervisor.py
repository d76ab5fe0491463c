"""The supervisor: several serving processes on one socket, a dead one replaced."""

import logging
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from types import FrameType

from api.metrics import DIRECTORY_VARIABLE, forget_process
from api.settings import Settings

STARTUP_FAILED = 3
"""The exit code of a process that never came to serve, and then of the supervisor."""

Work = Callable[[Settings, socket.socket, Callable[[], None]], None]
"""What each process does, importable by name; it calls its last argument once it serves."""

FAILED_STARTS = 5
"""Processes that may die in a row before they come to serve; one more ends the supervisor."""

_log = logging.getLogger("api.supervisor")
_spawn = multiprocessing.get_context("spawn")


class Supervisor:
    """Keeps a number of processes at work until told to stop, then lets them all finish."""

    def __init__(self, work: Work, settings: Settings, listener: socket.socket) -> None:
        self._work = work
        self._settings = settings
        self._listener = listener
        self._started: dict[BaseProcess, Event] = {}
        self._failed_starts = 0
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
        serving = _spawn.Event()
        arguments = (self._work, self._settings, self._listener, serving)
        process = _spawn.Process(target=_run, args=arguments)
        process.start()
        self._started[process] = serving

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
        served = self._started.pop(process).is_set()
        forget_process(process.pid or 0, directory)
        if self._stopping:
            return
        self._failed_starts = 0 if served else self._failed_starts + 1
        if process.exitcode == STARTUP_FAILED or self._failed_starts > FAILED_STARTS:
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


def _run(work: Work, settings: Settings, listener: socket.socket, serving: Event) -> None:
    """What a process does: its work, and no longer than the supervisor lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # while it loads, Ctrl-C is the supervisor's
    threading.Thread(target=_follow_parent, daemon=True).start()
    work(settings, listener, serving.set)


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
