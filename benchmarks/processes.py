"""Server processes under measurement: started, waited for, looked at, ended."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bundled import served
from benchmarks.family import family, kill, memory, move

_PATIENCE = 60.0
_SILENT = {
    "BENTOML_DO_NOT_TRACK": "True",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
}
"""Nobody reports to its makers."""
_FOREIGN = ("ESTIMATOR_", "UVICORN_", "WEB_CONCURRENCY")
"""What begins so would set a server otherwise than it is measured, such as without its log."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a server is started, and what it is asked."""

    argv: Sequence[str]
    port: int
    path: str
    body: bytes
    variables: Mapping[str, str] = field(default_factory=dict)
    patience: float = _PATIENCE
    """Seconds from its start within which it answers."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a server has used: CPU seconds since its start, resident memory in MB."""

    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on a port of the loopback address."""

    pid: int
    port: int
    started_in: float
    """Seconds from its start to its first answer."""
    answer: bytes
    """That answer's body."""

    def usage(self) -> Usage:
        """What it and all that came of it have used so far.

        Raises `RuntimeError` where nothing is left of it, or nothing can be seen.
        """
        members = family(self.pid)
        if not members:
            raise RuntimeError(f"process {self.pid} has ended, or /proc does not tell of it")
        return Usage(sum(each.cpu for each in members), memory(members))

    def move(self, cores: set[int] | None) -> None:
        """Let it run on these cores only, wherever cores can be chosen."""
        if cores is not None:
            move(family(self.pid), cores)


@contextmanager
def serving(command: Command, log: Path, cores: set[int] | None) -> Iterator[Server]:
    """A server while it is needed, on the given cores, its log in a file.

    Whatever it writes of its own accord goes beside the log. Raises `RuntimeError` with the end of
    the log where it does not answer 200 in time.
    """
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.argv,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(command, log.parent),
            start_new_session=True,  # by which those that outlive it are found
        )
        try:
            if cores and hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(process.pid, cores)
            answer = _first_answer(process, command, log)
            yield Server(process.pid, command.port, time.perf_counter() - start, answer)
        finally:
            _end(process)


def free_port() -> int:
    """A port of the loopback address on which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def python(*arguments: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *arguments]


def ask(
    port: int, path: str, body: bytes, content_type: str = "application/json"
) -> tuple[int, bytes]:
    """Status and body of one answer, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _environment(command: Command, directory: Path) -> dict[str, str]:
    """This process's but for what is foreign; the server's own programs first, no waiting.

    Whatever it is, it is given the model that is measured.
    """
    programs = f"{Path(command.argv[0]).parent}{os.pathsep}{os.environ['PATH']}"
    places = {"PATH": programs, "HOME": str(directory), "TMPDIR": str(directory)}
    given = {"ESTIMATOR_BUNDLE": str(served().directory), "ESTIMATOR_DRAIN_SECONDS": "0"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
    return {**kept, **places, **_SILENT, **given, **command.variables}


def _first_answer(process: "subprocess.Popen[bytes]", command: Command, log: Path) -> bytes:
    deadline = time.monotonic() + command.patience
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError, http.client.HTTPException):
            status, body = ask(command.port, command.path, command.body)
            if status == 200:
                return body
        time.sleep(0.002)  # a real process, on a real clock
    raise RuntimeError(f"it does not answer: {log.read_text(errors='replace')[-2000:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With all that came of it, which some servers leave behind."""
    members = family(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_PATIENCE)
    kill([*members, *family(process.pid)])
    process.wait()
