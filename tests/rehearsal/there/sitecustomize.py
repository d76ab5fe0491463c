"""The rehearsal's time and names for a Python program, started with this directory on its path.

Python imports this file before anything else. `REHEARSAL_TIME` holds a moment of the offline AWS,
the moment of this machine's monotonic clock that it was, and the pace: as many seconds pass there
for each one here. `REHEARSAL_NAMES` says to which port of the loopback address names lead that end
in a certain way: .elb.amazonaws.com=8080,.on.aws=8443.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from typing import Any, SupportsIndex


class Time:
    """The time there, and sleep that takes as long as it does there."""

    def __init__(self, words: str, monotonic: Callable[[], float], sleep: Any) -> None:
        self._then, self._here, self._pace = map(float, words.split(","))
        self._monotonic = monotonic
        self._sleep = sleep

    def time(self) -> float:
        """Seconds since the epoch."""
        return self._then + (self._monotonic() - self._here) * self._pace

    def sleep(self, seconds: float | SupportsIndex) -> None:
        """Wait for so many seconds of there."""
        self._sleep(float(seconds) / self._pace)


def leading(words: str, ask: Callable[..., Any]) -> Callable[..., Any]:
    """A `getaddrinfo` for which such names are at ports of the loopback address."""
    ports = dict(word.split("=") for word in words.split(","))

    def getaddrinfo(host: Any, *args: Any, **named: Any) -> Any:
        for suffix, port in ports.items():
            if isinstance(host, str) and host.endswith(suffix):
                return ask("127.0.0.1", int(port), 0, socket.SOCK_STREAM)
        return ask(host, *args, **named)

    return getaddrinfo


if "REHEARSAL_TIME" in os.environ:
    _there = Time(os.environ["REHEARSAL_TIME"], time.monotonic, time.sleep)
    time.sleep, time.time = _there.sleep, _there.time
if "REHEARSAL_NAMES" in os.environ:
    socket.getaddrinfo = leading(os.environ["REHEARSAL_NAMES"], socket.getaddrinfo)
