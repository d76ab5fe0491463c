"""Lambda's Runtime Interface Emulator: one of it for each version of a function that is asked."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.emulator import PATH
from tests.rehearsal.machines import Address
from tests.rehearsal.programs import Program

PATIENCE = 60.0
"""Seconds that an invocation may take, a cold start in it."""


@dataclass(frozen=True)
class Task:
    """What one version of a function runs."""

    image: str
    """Its digest."""
    command: tuple[str, ...]
    environment: Mapping[str, str]
    memory_mb: int


Launch = Callable[[Task, Address], Program]


class Emulator:
    """One that runs; it takes one event at a time, as one instance of a function does."""

    def __init__(self, task: Task, address: Address, launch: Launch) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._program = launch(task, address)
        self._program.until(self._listens)

    def invoke(self, event: bytes) -> bytes:
        """What the function answers to an event."""
        address = self._address
        with self._lock:
            connection = http.client.HTTPConnection(address.host, address.port, timeout=PATIENCE)
            try:
                connection.request("POST", PATH, event)
                return connection.getresponse().read()
            finally:
                connection.close()

    def close(self) -> None:
        """End it."""
        self._program.end()

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection((self._address.host, self._address.port), timeout=1).close()
            return True
        return False
