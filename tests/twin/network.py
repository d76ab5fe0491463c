"""No test reaches the network: only this machine's own addresses may be connected to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

_HERE = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104 - compared with, never bound to


class NetworkRefused(RuntimeError):
    """A test tried to reach a machine other than this one."""


@contextmanager
def loopback_only() -> Iterator[None]:
    """Refuse every connection but those to the loopback addresses."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(_HERE):
            raise NetworkRefused(f"a test may not connect to {address[0]}: give it a fake")
        connect(self, address)

    with patch.object(socket.socket, "connect", guarded):
        yield
