"""Clients that keep a connection and hardly use it, some longer than a balancer leaves it open."""

from __future__ import annotations

import http.client
import select
import threading
from dataclasses import dataclass, field

from benchmarks.load import Question
from tests.rehearsal.machines import Address

PAUSES = (20.0, 45.0, 57.0, 59.0, 61.0, 63.0, 75.0)
"""Real seconds between two requests of each client; the balancer hangs up after 60."""


@dataclass
class Idled:
    """What came of all clients."""

    requests: int = 0
    reopened: int = 0
    faults: list[str] = field(default_factory=list)


class Idlers:
    """One client for each pause."""

    def __init__(
        self, address: Address, question: Question, pauses: tuple[float, ...] = PAUSES
    ) -> None:
        self.seen = Idled()
        self._address = address
        self._question = question
        self._pauses = pauses
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin."""
        for pause in self._pauses:
            thread = threading.Thread(target=self._run, args=(pause,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ask no more."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _run(self, pause: float) -> None:
        connection = http.client.HTTPConnection(self._address.host, self._address.port, timeout=30)
        while True:
            if connection.sock is not None and select.select([connection.sock], [], [], 0)[0]:
                connection.close()  # as any client that keeps connections looks first
                self._note(reopened=1)
            self._ask(connection, pause)
            if self._ended.wait(pause):
                connection.close()
                return

    def _ask(self, connection: http.client.HTTPConnection, pause: float) -> None:
        head, _, body = self._question.request.partition(b"\r\n\r\n")
        path = head.split()[1].decode()
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
            good = answer.status == 200 and self._question.expect in text
            self._note(requests=1, fault="" if good else f"{answer.status} {text}")
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self._note(requests=1, fault=f"after {pause:g} s: {error!r}")

    def _note(self, *, requests: int = 0, reopened: int = 0, fault: str = "") -> None:
        with self._lock:
            self.seen.requests += requests
            self.seen.reopened += reopened
            self.seen.faults += [fault] if fault else []
