"""A program that is kept at work as systemd keeps the unit of the user data."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tests.rehearsal.programs import Program


class Unit:
    """Starts a program, and again after a pause whenever it ends, until it is to stop."""

    def __init__(self, launch: Callable[[], Program], pause: float) -> None:
        self.restarts = 0
        self.exit_code: int | None = None
        """Of the run that ended last."""
        self._launch = launch
        self._pause = pause
        self._program: Program | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    @property
    def program(self) -> Program | None:
        """The present or the last run; None before the first."""
        return self._program

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._program is not None and self._program.exit_code is None

    def start(self) -> None:
        """Start it, unless it was stopped before."""
        with self._lock:
            if not self._stopping.is_set():
                self._thread.start()

    def stop(self, end: Callable[[Program], None]) -> None:
        """Let it run no further: `end` ends the run that is under way."""
        with self._lock:
            self._stopping.set()
        if self._program is not None and self.running:
            end(self._program)
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        while (program := self._run()) is not None:
            self.exit_code = program.wait()
            if self._stopping.wait(self._pause):
                return
            self.restarts += 1

    def _run(self) -> Program | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            self._program = self._launch()
            return self._program
