"""Several workers behind one port: counted as one, replaced when dead, ended when orphaned."""

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.metrics import DIRECTORY_VARIABLE
from tests.api.asking import Question
from tests.api.serving import ROOT, Server, serving
from tests.api.test_server import HEAD, PREDICT, connected

METRICS = Question("/metrics", method="GET")


def state(pid: int) -> str:
    """The letter by which the system says what a process does: T is stopped, Z dead."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def stopped(pids: Sequence[int]) -> Iterator[None]:
    """While these processes stand still, others must do the work."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        while any(state(pid) != "T" for pid in pids):
            pass
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def shared_directory(pid: int) -> Path:
    """Where a worker shares its numbers with the others."""
    variables = Path(f"/proc/{pid}/environ").read_text().split("\0")
    (found,) = (text for text in variables if text.startswith(DIRECTORY_VARIABLE))
    return Path(found.partition("=")[2])


def metric(server: Server, name: str) -> int:
    """A number that the server tells of itself."""
    lines = server.ask(METRICS).body.decode().splitlines()
    (line,) = (line for line in lines if line.startswith(name))
    return int(float(line.split()[-1]))


def predictions(server: Server) -> int:
    """How many predictions it has made."""
    return metric(server, 'predictions_total{kind="single"} ')


def in_flight(server: Server) -> int:
    """How many requests it is answering, the one that asks included."""
    return metric(server, "http_requests_in_flight ")


def test_four_workers(bundle_directory: Path) -> None:
    """Four workers count as one, and when one is killed another takes its place."""
    with serving(bundle_directory, workers=4) as server:
        pids = server.workers(4)
        assert len(set(pids)) == 4
        assert server.pid not in pids
        for number, pid in enumerate(pids, 1):
            with stopped([other for other in pids if other != pid]):
                assert [server.ask(PREDICT).status for _ in range(5)] == [200] * 5
                assert predictions(server) == 5 * number
        with stopped(pids[1:]), connected(server) as connection:
            connection.sendall(HEAD + b"Content-Length: 9\r\n\r\n")
            while in_flight(server) < 2:
                pass
            os.kill(pids[0], signal.SIGKILL)
        died = f"worker {pids[0]} ended with -9: replaced"
        assert server.line(lambda line: line["message"] == died)["level"] == "error"
        replaced = server.workers(5)[4]
        assert replaced not in pids
        with stopped(pids[1:]):
            assert server.ask(PREDICT).status == 200
            assert predictions(server) == 21
            assert in_flight(server) == 1
        server.signal()
        assert server.wait() == 0
    assert server.other == []


def test_orphans_end(bundle_directory: Path) -> None:
    """When the first process is killed, its workers do not live on without it."""
    with serving(bundle_directory, workers=2) as server:
        pids = server.workers(2)
        numbers = shared_directory(pids[0])
        assert server.ask(PREDICT).status == 200
        server.signal(signal.SIGKILL)
        assert server.wait() == -signal.SIGKILL
    shutil.rmtree(numbers)  # what was killed cannot clear up
    assert all(not Path(f"/proc/{pid}").exists() or state(pid) == "Z" for pid in pids)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("fault", "words"),
    [("missing", "manifest.json: no such file"), ("damaged", "is not the one that was written")],
)
def test_no_server_without_a_good_bundle(
    tmp_path: Path, bundle_directory: Path, workers: int, fault: str, words: str
) -> None:
    """A bundle that cannot be trusted ends the start with code 3 and says which file is wrong."""
    if fault == "damaged":
        for name in ("manifest.json", "model.ubj"):
            content = (bundle_directory / name).read_bytes()
            (tmp_path / name).write_bytes(content.replace(b"learner", b"lerner", 1))
    with serving(tmp_path, workers) as server:
        assert server.wait() == 3
    messages = "".join(server.other)
    assert messages.startswith(f"error: {tmp_path}")
    assert words in messages
    assert "Traceback" not in messages
    assert str(ROOT) not in messages
