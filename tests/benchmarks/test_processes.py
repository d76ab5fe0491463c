"""Servers under measurement: each is set as it is measured, whatever this process is."""

import json
from pathlib import Path

import pytest

from benchmarks.bundled import served
from benchmarks.processes import Command, free_port, python, serving

TELLING = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(os.environ)).encode())

HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def environment(directory: Path, **variables: str) -> dict[str, str]:
    """What a server is given."""
    port = free_port()
    command = Command(python("-c", TELLING, str(port)), port, "/", b"?", variables)
    with serving(command, directory / "log", cores=None) as server:
        found: dict[str, str] = json.loads(server.answer)
    return found


def test_settings_of_this_process_are_not_the_servers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A quieter log or more workers would be no fair comparison."""
    for name in ("ESTIMATOR_LOG_LEVEL", "UVICORN_WORKERS", "WEB_CONCURRENCY", "OTHER"):
        monkeypatch.setenv(name, "7")
    found = environment(tmp_path, ESTIMATOR_BUNDLE="/bundle")
    assert [name for name, value in found.items() if value == "7"] == ["OTHER"]
    assert found["ESTIMATOR_BUNDLE"] == "/bundle"


def test_a_server_writes_beside_its_log(tmp_path: Path) -> None:
    """And finds its own programs first."""
    found = environment(tmp_path)
    assert found["HOME"] == found["TMPDIR"] == str(tmp_path)
    assert found["PATH"].startswith(str(Path(python()[0]).parent))


def test_every_server_is_given_the_model_that_is_measured(tmp_path: Path) -> None:
    """The service, what is measured beside it, and the peers."""
    assert environment(tmp_path)["ESTIMATOR_BUNDLE"] == str(served().directory)
