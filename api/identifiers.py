"""Identifiers: of requests and of predictions."""

import os
import re
import time
from collections.abc import Mapping
from functools import lru_cache

_ACCEPTED = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_TRACE_ROOT = re.compile(r"(?:^|;)\s*Root=([A-Za-z0-9-]{1,64})")


def new_id(seconds: float | None = None) -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of Unix time in milliseconds, the rest random.

    Sorted by text they are sorted by time, so that a prediction can be found by its day.
    `seconds` is the present time, where the caller knows it.
    """
    stamp = _stamp(int((time.time() if seconds is None else seconds) * 1000))
    try:
        return stamp + _noise.pop()
    except IndexError:
        return stamp + _fresh_noise()


@lru_cache(maxsize=2)
def _stamp(milliseconds: int) -> str:
    text = f"{milliseconds:012x}"
    return f"{text[:8]}-{text[8:]}-7"


def _fresh_noise() -> str:
    """What follows the version in an id, made for many of them: random bits cost a system call."""
    text = os.urandom(_BYTES * _AT_ONCE).hex()
    for start in range(0, len(text), 2 * _BYTES):
        part = text[start : start + 2 * _BYTES]
        variant = "89ab"[int(part[0], 16) & 3]
        _noise.append(f"{part[1:4]}-{variant}{part[4:7]}-{part[7:19]}")
    return _noise.pop()


_BYTES = 10
_AT_ONCE = 256
_noise: list[str] = []
os.register_at_fork(after_in_child=_noise.clear)  # two processes never share what is random


def request_id(headers: Mapping[str, str]) -> str:
    """The id of a request: from `X-Request-Id`, from the root of `X-Amzn-Trace-Id`, or new.

    A header that is not short plain text is not taken over into answers and logs.
    """
    given = headers.get("x-request-id", "")
    if _ACCEPTED.fullmatch(given):
        return given
    trace = _TRACE_ROOT.search(headers.get("x-amzn-trace-id", ""))
    return trace.group(1) if trace else new_id()
