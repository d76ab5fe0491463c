"""Identifiers: of requests and of predictions."""

import os
import re
import time
from collections.abc import Mapping

_ACCEPTED = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_TRACE_ROOT = re.compile(r"(?:^|;)\s*Root=([A-Za-z0-9-]{1,64})")


def new_id() -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of Unix time in milliseconds, the rest random.

    Sorted by text they are sorted by time, so that a prediction can be found by its day.
    """
    stamp = int(time.time() * 1000).to_bytes(6, "big")
    noise = bytearray(os.urandom(10))
    noise[0] = 0x70 | (noise[0] & 0x0F)
    noise[2] = 0x80 | (noise[2] & 0x3F)
    text = (stamp + noise).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def request_id(headers: Mapping[str, str]) -> str:
    """The id of a request: from `X-Request-Id`, from the root of `X-Amzn-Trace-Id`, or new.

    A header that is not short plain text is not taken over into answers and logs.
    """
    given = headers.get("x-request-id", "")
    if _ACCEPTED.fullmatch(given):
        return given
    trace = _TRACE_ROOT.search(headers.get("x-amzn-trace-id", ""))
    return trace.group(1) if trace else new_id()
