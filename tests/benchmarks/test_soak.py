"""The soak: of the service, whose every answer is known, and of a server that leaks on purpose."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import soak
from benchmarks.contenders import Contender, of_workers
from benchmarks.endurance import Limits
from benchmarks.load import Question, request
from benchmarks.processes import Command, free_port, serving
from benchmarks.traffic import PLAIN, mixed
from tests import bundles

LEAKING = """
import os, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

kept = []

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        kept.append((b"x" * 50_000, os.open(os.devnull, os.O_RDONLY)))
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        self.answer(b"{}")

    def do_GET(self):
        self.answer("".join(f'n{{path="{n}"}} 1\\n' for n in range(len(kept))).encode())

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

ThreadingHTTPServer.request_queue_size = 64
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_a_server_that_leaks_is_caught(tmp_path: Path) -> None:
    """Of memory, descriptors, threads and series, by a sentence each."""
    port = free_port()
    command = Command([sys.executable, "-c", LEAKING, str(port)], port, "/", b"{}")
    with serving(command, tmp_path / "log", cores=None) as server:
        asked = (Question(request("/", b"{}")),)
        seen = soak.soaked(server, seconds=0.9, rate=100, traffic=lambda _: asked, parts=9)
    (worker,) = seen.workers()
    assert worker.growth > 0.7 * 50_000  # and whatever else a young process takes
    told = "\n".join(seen.faults(Limits(requests=10, drift=1000)))
    for fault in ("MB per million", "more descriptors", "more threads", "more series"):
        assert fault in told


def patient(workers: int) -> Contender:
    """A service that refuses nothing, however busy the machine is."""
    variables = {"ESTIMATOR_PATIENCE_SECONDS": "60"}
    return replace(of_workers(workers), variables=lambda _: variables)


@pytest.mark.parametrize("model", [bundles.shipping, bundles.rent, bundles.quote], indirect=True)
def test_the_service_answers_all_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question in every part as is expected of it, and too few to say that it leaks."""
    monkeypatch.setattr(soak, "of_workers", patient)
    parts, each = 5, len(mixed(0))
    soak.main(["--seconds", str(parts / 2), "--rate", str(2 * each), "--parts", str(parts)])
    printed = capsys.readouterr()
    assert f"| {parts * each:,} | 0 | 0 | 0 | 0 | 0 |" in printed.out
    assert printed.out.count("too few requests to judge") == 2
    assert re.search(r"by status: 200 [12],\d{3}, 400 \d", printed.out)
    assert "Worker" not in printed.err


def test_a_limit_that_is_passed_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another exit code."""
    questions = (Question(request("/nowhere"), status=404), Question(request("/nowhere")))
    monkeypatch.setattr(soak, "mixed", lambda _: questions)
    options = ["--seconds", "0.5", "--rate", "100", "--parts", "5", "--workers", "1"]
    assert soak.main(options) == 1
    assert "error: 25 requests were wrong.\n" in capsys.readouterr().err


def test_nothing_but_faults_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked is not what is served."""
    monkeypatch.setattr(soak, "mixed", lambda _: (Question(request("/nowhere")),))
    with pytest.raises(RuntimeError, match="of 10 requests none was answered as expected"):
        soak.main(["--seconds", "0.5", "--rate", "100", "--parts", "5", "--workers", "1"])


def test_most_are_plain_prices() -> None:
    """And what differs by the part differs."""
    first, second = mixed(1), mixed(2)
    others = first[PLAIN :: PLAIN + 1]
    assert len(first) == len(others) * (PLAIN + 1)
    assert {question.status for question in others} == {200, 400, 404, 405, 413, 415, 422}
    assert len(set(first) - set(second)) > 5
