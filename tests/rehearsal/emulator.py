"""Lambda's Runtime Interface Emulator: one of it for each version of a function that is asked."""

from __future__ import annotations

import http.client
import importlib.util
import platform
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.rehearsal.machines import Address
from tests.rehearsal.programs import Program

PATH = "/2015-03-31/functions/function/invocations"
PATIENCE = 60.0
"""Seconds that an invocation may take, a cold start in it."""

LISTEN, RUNTIME = "--runtime-interface-emulator-address", "--runtime-api-address"

SUFFIXES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Task:
    """What one version of a function runs."""

    image: str
    """Its digest."""
    command: tuple[str, ...]
    environment: Mapping[str, str]
    memory_mb: int


Launch = Callable[[Task, Address], Program]


def find_emulator() -> Path | None:
    """The emulator that comes with the package aws-sam-cli, if that is installed."""
    found = importlib.util.find_spec("samcli")
    if found is None or found.origin is None:
        return None
    name = f"aws-lambda-rie-{SUFFIXES.get(platform.machine(), '')}"
    path = Path(found.origin).parent / "local" / "rapid" / name
    return path if path.exists() else None


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
