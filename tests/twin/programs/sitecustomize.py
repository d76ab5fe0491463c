"""The twin's time for a Python program of its own, started with this directory on its PYTHONPATH.

Python imports this file before anything else. The twin is the one that AWS_ENDPOINT_URL names:
`time.sleep` advances it and takes no time, and `time.time` is the time there after the last sleep.
"""

from __future__ import annotations

import http.client
import json
import os
import time
from datetime import datetime
from typing import SupportsIndex
from urllib.parse import urlsplit


class Time:
    """The time of the twin at an address, as far as this program has heard of it."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._now = 0.0
        self.sleep(0)

    def sleep(self, seconds: float | SupportsIndex) -> None:
        """Let the twin go on by so many seconds."""
        connection = http.client.HTTPConnection(self._address)
        connection.request("POST", "/twin/advance", json.dumps({"seconds": float(seconds)}))
        self._now = datetime.fromisoformat(json.load(connection.getresponse())).timestamp()
        connection.close()

    def time(self) -> float:
        """Seconds since the epoch."""
        return self._now


if "AWS_ENDPOINT_URL" in os.environ:
    _twin = Time(os.environ["AWS_ENDPOINT_URL"])
    time.sleep, time.time = _twin.sleep, _twin.time
