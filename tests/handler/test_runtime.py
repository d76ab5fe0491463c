"""The function run as AWS runs it, by the real runtime client against a small Runtime API."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from api.settings import PREFIX
from tests.api.bad_texts import GOOD
from tests.handler.events import Event, balancer, function_url, http, rest

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
_VERSION = "/2018-06-01/runtime"


class Runtime:
    """The side of AWS: hands out events one by one and takes what is answered."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def invoke(self, event: Event) -> dict[str, Any]:
        """The function's answer to an event."""
        self.events.put(event)
        path, answer = self.answers.get(timeout=PATIENCE)
        assert path == f"{_VERSION}/invocation/an-id/response", answer
        return dict(answer)


@contextmanager
def listening(runtime: Runtime) -> Iterator[str]:
    """The address of the Runtime API."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            event = runtime.events.get()
            if event is None:
                self.close_connection = True
                return
            self._answer(200, json.dumps(event).encode())

        def do_POST(self) -> None:
            size = int(self.headers["content-length"])
            runtime.answers.put((self.path, json.loads(self.rfile.read(size))))
            self._answer(202, b"{}")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Lambda-Runtime-Aws-Request-Id", "an-id")
            self.send_header("Lambda-Runtime-Deadline-Ms", "9999999999999")
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:function")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            runtime.events.put(None)
            server.shutdown()
            thread.join()


@contextmanager
def sandbox(address: str, bundle: Path, output: Path) -> Iterator[None]:
    """A function's process, talking to the Runtime API at an address."""
    environment = {name: value for name, value in os.environ.items() if PREFIX not in name}
    environment |= {"AWS_LAMBDA_RUNTIME_API": address, f"{PREFIX}BUNDLE": str(bundle)}
    command = [sys.executable, "-m", "awslambdaric", "handler.main.handler"]
    with output.open("w") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


@pytest.fixture(name="output")
def _output(tmp_path: Path) -> Path:
    return tmp_path / "output"


def test_function_answers(bundle_directory: Path, output: Path) -> None:
    """Events of every kind are answered by one process, which loads the model once."""
    runtime = Runtime()
    with listening(runtime) as address, sandbox(address, bundle_directory, output):
        for event in (rest, http, function_url, balancer):
            answer = runtime.invoke(event("POST", "/predict", GOOD.decode()))
            assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
            assert json.loads(answer["body"])["shipping_estimated_price"] > 0
        refused = runtime.invoke(http("POST", "/predict", "{"))
        assert (refused["statusCode"], refused["isBase64Encoded"]) == (400, False)
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert [line.get("status") for line in lines] == [None, 200, 200, 200, 200, 400]
    assert lines[0]["message"].startswith("serving model ")


def test_function_that_cannot_start(tmp_path: Path, output: Path) -> None:
    """Without a bundle the runtime is told why the start failed."""
    runtime = Runtime()
    with listening(runtime) as address, sandbox(address, tmp_path, output):
        path, error = runtime.answers.get(timeout=PATIENCE)
    assert path == f"{_VERSION}/init/error"
    assert error["errorType"] == "BundleError"
    assert "manifest.json: no such file" in error["errorMessage"]
