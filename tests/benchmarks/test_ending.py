"""How a benchmark ends."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.ending import CANNOT, INTERRUPTED, ended
from benchmarks.family import family
from benchmarks.processes import Command, free_port, serving

SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.end_headers()

HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Whatever runs the tests may have its own handlers."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_interrupts_it_leaves_no_server(
    number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However it is told to end."""
    started = []

    def main() -> None:
        port = free_port()
        command = Command([sys.executable, "-c", SERVER, str(port)], port, "/", b"{}")
        with serving(command, tmp_path / "log", cores=None) as server:
            started.append(server.pid)
            signal.raise_signal(number)

    assert ended(main) == INTERRUPTED
    assert [family(pid) for pid in started] == [[]]
    assert capsys.readouterr().err == "interrupted, and every server that was started is ended\n"


def test_who_is_impatient_is_not_heard() -> None:
    """A second interruption does not cut off the ending."""
    left = []

    def main() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            left.append("in order")

    assert ended(main) == INTERRUPTED
    assert left == ["in order"]


def test_signals_are_as_they_were() -> None:
    """Afterwards; what is ignored, as a closed terminal is under nohup, is ignored meanwhile."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert ended(lambda: signal.raise_signal(signal.SIGHUP)) == 0
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_cannot_be_measured_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a traceback; any other code is the benchmark's own."""

    def main() -> None:
        raise RuntimeError("there is no cc")

    assert ended(main) == CANNOT
    assert capsys.readouterr().err == "error: there is no cc\n"
    assert ended(lambda: 1) == 1
