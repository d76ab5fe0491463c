"""Server processes under measurement: started, waited for, looked at, ended."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


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

    def usage(self) -> Usage:
        """What it and the processes under it have used so far."""
        pids = list(_family(self.pid))
        return Usage(sum(map(_cpu, pids)), sum(map(_memory, pids)))


@contextmanager
def serving(
    argv: Sequence[str], port: int, path: str, body: bytes, log: Path, cores: set[int] | None
) -> Iterator[Server]:
    """A server while it is needed, on the given cores, its log in a file.

    Raises `RuntimeError` with the end of the log where it does not answer 200 in time.
    """
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            argv, stdout=output, stderr=subprocess.STDOUT, env=_environment()
        )
        try:
            if cores and hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(process.pid, cores)
            _await_answer(process, port, path, body, log)
            yield Server(process.pid, port, time.perf_counter() - start)
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE)


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


def _environment() -> dict[str, str]:
    """This process's, in which nobody waits for a balancer at the end."""
    return {**os.environ, "ESTIMATOR_DRAIN_SECONDS": "0"}


def _await_answer(
    process: "subprocess.Popen[bytes]", port: int, path: str, body: bytes, log: Path
) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if ask(port, path, body)[0] == 200:
                return
        except OSError:
            time.sleep(0.002)  # a real process, on a real clock
    raise RuntimeError(f"it does not answer: {log.read_text(errors='replace')[-2000:]}")


def _family(pid: int) -> Iterator[int]:
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if children.exists() else ():
        yield from _family(int(child))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
