"""An instance of the rehearsal: does what its user data says, and can be made to fail."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.rehearsal.programs import Broken, Program, tail
from tests.rehearsal.units import Unit
from tests.rehearsal.userdata import Boot, Patience

Failed = Callable[[str], None]
"""Told why, where user data would have the instance called unhealthy."""


class Unavailable(Exception):
    """The image could not be had."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a machine answers."""

    host: str
    port: int


class Means(Protocol):
    """How a machine runs its image: in a container, or as plain processes."""

    def fetch(self) -> None:
        """Get the image. Raises `Unavailable`."""

    def launch(self, log: Path) -> Program:
        """Start it, its output at the end of `log`."""

    def admit(self, program: Program) -> None:
        """Let it serve on the processors of those that do, now and when it is started again."""

    def stop(self, program: Program) -> None:
        """SIGTERM, then the stop timeout, then SIGKILL; apart from those that serve."""

    def kill(self, program: Program) -> None:
        """SIGKILL, all of it."""

    def workers(self, program: Program) -> list[int]:
        """The numbers of its serving processes; none if it serves with one."""

    def kill_worker(self, program: Program) -> None:
        """SIGKILL one of its serving processes. Raises `Broken` if only one serves."""


class Machine:
    """One instance, from its start to its end.

    `failed` is called at most once, from another thread, with the words that production's own
    user data would log: where the image cannot be pulled, the service ends too often before it is
    ready, or is not ready in time. Once it was ready it is restarted for ever, as there.
    """

    def __init__(
        self, boot: Boot, means: Means, address: Address, log: Path, failed: Failed
    ) -> None:
        self.address = address
        self.pulled: float | None = None
        """The seconds in which it got its image."""
        self._boot = boot
        self._means = means
        self._log = log
        self._failed = failed
        self._unit = Unit(lambda: means.launch(log), boot.patience.restart)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._start, daemon=True)

    @property
    def running(self) -> bool:
        """Whether the service runs now, ready or not."""
        return self._unit.running

    @property
    def exit_code(self) -> int | None:
        """Of the run that ended last; None if none has."""
        return self._unit.exit_code

    @property
    def restarts(self) -> int:
        """How often it was started again after it had ended by itself."""
        return self._unit.restarts

    @property
    def ready(self) -> bool:
        """Whether it answers that it is ready."""
        return answers(self.address, self._boot.ready_path)

    @property
    def settled(self) -> bool:
        """Whether the user data has come to its end: it was ready once, or has given up."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def log(self, lines: int = 20) -> str:
        """The last lines that the service has written."""
        return tail(self._log, lines)

    def start(self) -> None:
        """Begin what the user data does; does not wait for it.

        Raises `Broken` where another answers on its address, and would be taken for it.
        """
        try:
            socket.create_server((self.address.host, self.address.port)).close()
        except OSError as error:
            where = f"{self.address.host}:{self.address.port}"
            raise Broken(f"a machine cannot have {where}: {error.strerror}") from error
        self._thread.start()

    def admit(self) -> None:
        """Have it serve beside the others."""
        if self._unit.program is not None:
            self._means.admit(self._unit.program)

    def stop(self) -> None:
        """End it in order, and let it be: what terminating an instance does."""
        self._end(self._means.stop)

    def close(self) -> None:
        """End it at once, and let it be: what losing an instance is."""
        self._end(self._means.kill)

    def kill(self) -> None:
        """Kill the service; it is started again."""
        if self._unit.program is not None:
            self._means.kill(self._unit.program)

    def workers(self) -> list[int]:
        """The numbers of the processes that serve; none if only one does."""
        program = self._unit.program
        return self._means.workers(program) if program is not None else []

    def kill_worker(self) -> None:
        """Kill one of the processes that serve. Raises `Broken` if only one serves."""
        if self._unit.program is not None:
            self._means.kill_worker(self._unit.program)

    def _end(self, end: Callable[[Program], None]) -> None:
        self._ending.set()
        self._unit.stop(end)
        if self._thread.is_alive():
            self._thread.join()

    def _start(self) -> None:
        reason = self._pull()
        if not reason:
            self._unit.start()
            reason = wait_until_ready(
                self._boot.patience, lambda: self.ready, lambda: self.restarts, self._ending.wait
            )
        if reason and not self._ending.is_set():
            self._failed(reason)

    def _pull(self) -> str:
        patience = self._boot.patience
        for attempt in range(1, patience.pulls + 1):
            begin = time.monotonic()
            try:
                self._means.fetch()
            except Unavailable:
                if self._ending.wait(attempt * patience.pull_pause):
                    break
            else:
                self.pulled = time.monotonic() - begin
                return ""
        return "the image could not be pulled"


def wait_until_ready(
    patience: Patience,
    ready: Callable[[], bool],
    restarts: Callable[[], int],
    wait: Callable[[float], bool],
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Wait as user data does; why it would give up, or nothing. `wait` says if it is the end."""
    deadline = clock() + patience.ready
    while not ready():
        if restarts() >= patience.restarts:
            return "the container ended three times"
        if clock() >= deadline:
            return f"the container was not ready after {patience.ready:g} seconds"
        if wait(patience.poll):
            return ""
    return ""


def answers(address: Address, path: str) -> bool:
    """Whether the answer to a path is a success."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=3)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
