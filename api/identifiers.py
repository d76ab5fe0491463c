"""Identifiers: of requests and of predictions."""

import os
import re
import time
from collections.abc import Mapping
from itertools import count

_ACCEPTED = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_TRACE_ROOT = re.compile(r"(?:^|;)\s*Root=([A-Za-z0-9-]{1,64})")


class Identifiers:
    """Makes UUIDs of version 7 (RFC 9562): 48 bits of Unix time in milliseconds, then 74 bits.

    Sorted by text they are sorted by time, so that a prediction can be found by its day. The 74
    bits are random when a process begins, and counted up from there: enough that no two processes
    ever make the same id, in a fraction of the time that fresh random bits take. Such an id can be
    guessed from the one before it; it opens nothing.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin with random bits of its own, as a process that was forked has to."""
        noise = int.from_bytes(os.urandom(10), "big")
        self._fixed = f"-7{noise >> 68:03x}-{0x8000 | (noise >> 54) & 0x3FFF:04x}-"
        self._counter = count(noise & (1 << 47) - 1)
        self._moment = -1
        self._head = ""

    def new(self, seconds: float | None = None) -> str:
        """A new id of a request or a prediction; `seconds` is the Unix time, if it is known."""
        moment = int((time.time() if seconds is None else seconds) * 1000)
        if moment != self._moment:
            stamp = f"{moment:012x}"
            self._head = f"{stamp[:8]}-{stamp[8:]}{self._fixed}"
            self._moment = moment
        return f"{self._head}{next(self._counter):012x}"


_identifiers = Identifiers()
os.register_at_fork(after_in_child=_identifiers.begin)
new_id = _identifiers.new


def request_id(headers: Mapping[str, str]) -> str:
    """The id of a request: from `X-Request-Id`, from the root of `X-Amzn-Trace-Id`, or new.

    A header that is not short plain text is not taken over into answers and logs.
    """
    given = headers.get("x-request-id", "")
    if _ACCEPTED.fullmatch(given):
        return given
    trace = _TRACE_ROOT.search(headers.get("x-amzn-trace-id", ""))
    return trace.group(1) if trace else new_id()
