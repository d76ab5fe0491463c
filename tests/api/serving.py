"""Servers for tests: real ones, each in processes of its own, on a free port."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from api.settings import PREFIX
from tests.api.asking import Ask, over_http

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that a step may take on a machine that is busy with other things."""

Line = dict[str, Any]


class Server:
    """A running `python -m api`, its log lines, and its port once it listens."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._arrived = threading.Condition()
        self._ended = False
        self.lines: list[Line] = []
        self.other: list[str] = []
        self._reader = threading.Thread(target=self._read, args=(process.stdout,))
        self._reader.start()

    @property
    def pid(self) -> int:
        """The number of the first process."""
        return self._process.pid

    @property
    def port(self) -> int:
        """The port, as its log line says it."""
        line = self.line(lambda line: line["message"].startswith("listening on "))
        return int(re.findall(r":(\d+)$", line["message"])[0])

    @property
    def ask(self) -> Ask:
        """Asks this server, each time on a new connection."""
        return over_http(self.port)

    def line(self, wanted: Callable[[Line], bool]) -> Line:
        """The first log line that is wanted, as soon as it is written."""
        return self.several(wanted, 1)[0]

    def several(self, wanted: Callable[[Line], bool], number: int) -> list[Line]:
        """The wanted log lines, as soon as there are so many."""

        def found() -> list[Line]:
            return [line for line in self.lines if wanted(line)]

        with self._arrived:
            arrived = self._arrived.wait_for(
                lambda: self._ended or len(found()) >= number, timeout=PATIENCE
            )
            assert arrived, "waited in vain"
            assert len(found()) >= number, (self.lines, self.other)
            return found()

    def workers(self, number: int) -> list[int]:
        """The numbers of the processes that have come to serve, as soon as there are so many."""
        started = self.several(lambda line: line["message"].startswith("Started server"), number)
        return [int(re.findall(r"\[(\d+)\]", line["message"])[0]) for line in started]

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to the first process."""
        self._process.send_signal(number)

    def interrupt(self) -> None:
        """What Ctrl-C in a terminal does: SIGINT to all processes of the server."""
        os.killpg(self.pid, signal.SIGINT)

    def insist(self, workers: int) -> None:
        """Signal until all workers stop to listen: signals that come too close count as one."""
        while sum(line["message"] == "Shutting down" for line in self.lines) < workers:
            self.signal()
            with self._arrived:
                self._arrived.wait(timeout=0.2)

    def wait(self) -> int:
        """The exit code, once every process has ended and let go of the output."""
        code = self._process.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        assert not self._reader.is_alive()
        return code

    def end(self) -> None:
        """Leave nothing running, whatever has happened."""
        if self._process.poll() is None:
            self.signal()
        try:
            self.wait()
        finally:
            self._process.kill()

    def _read(self, output: IO[str]) -> None:
        for text in output:
            with self._arrived:
                if text.startswith("{"):
                    self.lines.append(json.loads(text))
                else:
                    self.other.append(text)
                self._arrived.notify_all()
        output.close()
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()


@contextmanager
def serving(bundle: Path, workers: int = 1, **settings: object) -> Iterator[Server]:
    """A server of a bundle; its settings go through the environment, as they would elsewhere."""
    given = {"bundle": bundle, "drain_seconds": 0} | settings
    environment = {name: value for name, value in os.environ.items() if PREFIX not in name}
    environment |= {PREFIX + name.upper(): str(value) for name, value in given.items()}
    command = [sys.executable, "-m", "api", "--port", "0", "--workers", str(workers)]
    server = Server(
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    )
    try:
        yield server
    finally:
        server.end()
