"""A client of a function's URL: asks it over TLS now and then, and looks at every answer."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import Question

PAUSE = 0.05
"""Real seconds between two requests."""


class Asker:
    """Asks one question over and over; `faults` says what was wrong with an answer."""

    def __init__(self, port: int, certificate: Path, question: Question) -> None:
        self.requests = 0
        self.faults: list[str] = []
        self._port = port
        self._question = question
        self._tls = ssl.create_default_context(cafile=str(certificate))
        self._tls.check_hostname = False  # it is asked by its address
        self._ended = threading.Event()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask while this lasts."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _run(self) -> None:
        while not self._ended.wait(PAUSE):
            self.requests += 1
            try:
                self._ask()
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(repr(error))

    def _ask(self) -> None:
        _, _, body = self._question.request.partition(b"\r\n\r\n")
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self._port, timeout=60, context=self._tls
        )
        try:
            connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200 or self._question.expect not in text:
            self.faults.append(f"{answer.status} {text}")
