"""A flow that stands still at its points, to be killed at each of them without starting anew.

The flow runs in a fork of this process. Where it is asked for, another fork is made of that one
and killed, and the first waits to be asked for a later point. So a point costs what follows the
kill, and not again all that went before it.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from tests.twin.faults import Interrupted

Stand = Callable[[int], None]
"""What a flow calls at each of its points; where it is to be killed this raises `Interrupted`."""

Story = Callable[[str, Stand], object]
"""Runs the flow of a name, and looks at what comes of a kill."""


class Standstill:
    """As a context manager: no process of it is left afterwards, nor when this one ends."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._at = ("", 0)
        self._process = 0
        self._line: Connection[Any, Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def killed(self, flow: str, point: int) -> Any:
        """What the story gives where the flow is killed at this point.

        Points are best asked for in their order: to go back is to start anew.
        """
        line = self._line
        if line is None or flow != self._at[0] or point <= self._at[1]:
            line = self._begin(flow)
        self._at = (flow, point)
        line.send(point)
        outcome, error = line.recv()
        if error:
            raise AssertionError(error)
        return outcome

    def _begin(self, flow: str) -> Connection[Any, Any]:
        self._end()
        self._line, there = Pipe()
        self._process = _fork()
        if not self._process:
            self._line.close()
            _Walk(there).through(lambda stand: self._story(flow, stand))
        there.close()
        return self._line

    def _end(self) -> None:
        """A process that waits to be asked ends when nobody is left who could."""
        if self._line is not None:
            self._line.close()
            os.waitpid(self._process, 0)
            self._line = None


class _Walk:
    """The flow on its way from point to point, in a process of its own."""

    def __init__(self, line: Connection[Any, Any]) -> None:
        self._line = line
        self._wanted: int | None = None
        self._killed = False

    def through(self, story: Callable[[Stand], object]) -> None:
        """Tell what comes of the story, and be gone: nothing of pytest's goes on here.

        Coverage is not measured here either: it would cost as much again, and the same flows run
        in other tests. And the process lives too short for its garbage to matter.
        """
        sys.settrace(None)
        gc.disable()
        try:
            self._line.send((story(self.stand), ""))
        except BaseException:  # noqa: BLE001 - told to the test, which raises it
            self._line.send((None, traceback.format_exc()))
        finally:
            os._exit(0)

    def stand(self, point: int) -> None:
        """Wait here until another point is wanted; a fork is killed whenever it is this one."""
        while not self._killed and self._next() == point:
            process = _fork()
            if not process:
                self._killed = True
                raise Interrupted(f"killed at point {point}")
            os.waitpid(process, 0)
            self._wanted = None

    def _next(self) -> int:
        if self._wanted is None:
            try:
                self._wanted = int(self._line.recv())
            except EOFError:
                os._exit(0)
        return self._wanted


def _fork() -> int:
    """The number of the new process; 0 within it."""
    with warnings.catch_warnings():
        # Python 3.12 warns of locks that other threads hold: there are those of pytest-xdist,
        # which wait for the next test, and a fork asks nothing of them.
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
        return os.fork()
