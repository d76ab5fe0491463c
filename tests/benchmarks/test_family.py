"""What comes of a server is counted with it, and ends with it."""

import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.family import descriptors, family, memory, move, threads
from benchmarks.processes import Command, Server, free_port, serving

LEAVING_A_CHILD = """
import subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.end_headers()

say = ["sh", "-c", "exec > $0; echo started; exec sleep 1000", sys.argv[2]]
thread = threading.Thread(target=subprocess.Popen, args=(say,), kwargs={"start_new_session": True})
thread.start()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@contextmanager
def fifo(path: Path) -> Iterator[int]:
    """The reading end of a new pipe with a name."""
    os.mkfifo(path)
    end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield end
    finally:
        os.close(end)


@contextmanager
def sleeping() -> Iterator[int]:
    """A process that does nothing, by its number."""
    with subprocess.Popen(["sleep", "1000"]) as child:
        try:
            yield child.pid
        finally:
            child.kill()


def heard(end: int) -> bytes:
    """What comes within ten seconds; nothing when all who held the other end have ended."""
    assert select.select([end], [], [], 10)[0]
    return os.read(end, 100)


def test_what_a_server_leaves_behind_is_counted_and_ended(tmp_path: Path) -> None:
    """A child of one of its threads, in a session of its own, that does not heed its end."""
    with fifo(tmp_path / "pipe") as end:
        port = free_port()
        argv = [sys.executable, "-c", LEAVING_A_CHILD, str(port), str(tmp_path / "pipe")]
        command = Command(argv, port, "/", b"")
        with serving(command, tmp_path / "log", None) as server:
            assert heard(end) == b"started\n"
            assert len(family(server.pid)) == 2
        assert heard(end) == b""


def test_the_sum_is_over_all_of_them() -> None:
    """This process and a child of it use more memory than the child."""
    with sleeping() as child:
        assert {os.getpid(), child} <= {each.pid for each in family(os.getpid())}
        assert 0 < memory(family(child)) < memory(family(os.getpid()))


def test_what_is_held_open_is_counted(tmp_path: Path) -> None:
    """Of this process: a file while it is open, a thread while it runs."""
    (mine,) = (each for each in family(os.getpid()) if each.pid == os.getpid())
    before = descriptors([mine]), threads([mine])
    over = threading.Event()
    waiting = threading.Thread(target=over.wait)
    with (tmp_path / "file").open("w"):
        assert (descriptors([mine]), threads([mine])) == (before[0] + 1, before[1])
    waiting.start()
    assert (descriptors([mine]), threads([mine])) == (before[0], before[1] + 1)
    over.set()
    waiting.join()


def test_what_has_ended_holds_nothing() -> None:
    """Whoever looks too late finds nobody."""
    with sleeping() as child:
        members = family(child)
    assert (memory(members), descriptors(members), threads(members)) == (0, 0, 0)


def test_a_process_moves_to_other_cores() -> None:
    """One after another, whichever this machine has."""
    with sleeping() as child:
        for core in os.sched_getaffinity(0):
            move(family(child), {core})
            assert os.sched_getaffinity(child) == {core}


def test_what_has_ended_used_nothing_that_could_be_told() -> None:
    """Not zero seconds."""
    with subprocess.Popen(["true"]) as child:
        child.wait()
    with pytest.raises(RuntimeError, match="has ended"):
        Server(child.pid, 0, 0.0, b"").usage()
