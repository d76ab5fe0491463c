"""The function: started anew beside its floor, and each of its answers checked."""

import sys
from pathlib import Path

import pytest

from benchmarks import function
from benchmarks.engine import Engine, find_engine
from benchmarks.function import Seen, ratios, table
from benchmarks.sandbox import FLOOR, SERVICE, Image, Sandbox, price_in

EMULATOR = f"""#!{sys.executable}
import importlib, json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

sys.path.insert(0, os.getcwd())
module, _, name = sys.argv[-1].rpartition(".")
answer = %s

class Emulator(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body are one write

    def do_POST(self):
        assert self.path == "/2015-03-31/functions/function/invocations"
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        given = json.dumps(answer(event, None)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(given)))
        self.end_headers()
        self.wfile.write(given)

    def log_message(self, *_):
        pass

host, _, port = sys.argv[2].rpartition(":")
HTTPServer((host, int(port)), Emulator).serve_forever()
"""
TRUE = "getattr(importlib.import_module(module), name)"
CHEAP = 'lambda *_: {"body": \'{"shipping_estimated_price": 1.0, "x": 0}\'}'
CHANGING = """lambda *_, seen=[]: (
    seen.append(0), {"body": '{"shipping_estimated_price": %d.5, "x": 0}' % (len(seen) // 5)}
)[1]"""


def emulator(directory: Path, answer: str = TRUE) -> Path:
    """A program that calls a handler with each event it gets, as Lambda's emulator does."""
    program = directory / "emulator"
    program.write_text(EMULATOR % answer, encoding="utf-8")
    program.chmod(0o755)
    return program


def test_both_functions_are_started_and_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the event, as often as there is time; the answers of the service are the model's."""
    path = str(emulator(tmp_path))
    function.main(["--emulator", path, "--processes", "--starts", "1", "--seconds", "0.1"])
    printed = capsys.readouterr()
    assert [line.split(" | ")[0] for line in printed.out.splitlines()[2:4]] == [
        "| static JSON",
        "| this service",
    ]
    assert "start to first answer, the service / static JSON: " in printed.out
    assert printed.err == "in processes of this Python, as was asked for\n"


def test_another_price_is_refused(tmp_path: Path) -> None:
    """A fast answer that is wrong is none."""
    sandbox = Sandbox(emulator(tmp_path, CHEAP))
    with pytest.raises(RuntimeError, match="this service gives the price 1"):
        function.measure(sandbox, 1, 0.1, tmp_path / "log")


def test_an_answer_that_changes_is_refused(tmp_path: Path) -> None:
    """Each of the warm ones is looked at, not the first alone."""
    sandbox = Sandbox(emulator(tmp_path, CHANGING))
    with pytest.raises(RuntimeError, match=r"static JSON did not answer [1-9]\d* events well"):
        function.measure(sandbox, 1, 0.1, tmp_path / "log")


def test_what_is_no_price_is_told() -> None:
    """In the function's own words, whatever they are."""
    assert price_in(b'{"body": "{\\"rent\\": 18.35, \\"x\\": 0}"}') == ("rent", 18.35)
    for said in (
        b'{"errorMessage": "no such bundle"}',
        b"null",
        b'{"body": null}',
        b'{"body": "[]"}',
        b"\xff",
    ):
        with pytest.raises(RuntimeError, match="a function gives no price, but "):
            price_in(said)


def seen(started: list[float], p50: list[float]) -> Seen:
    """Of three starts."""
    return Seen(started, p50, [each * 5 for each in p50], 1234)


def test_medians_are_told_and_ratios_of_each_start() -> None:
    """What disturbs the machine disturbs both in the same turn."""
    both = {
        FLOOR.name: seen([100.0, 400.0, 200.0], [0.5, 1.0, 0.25]),
        SERVICE.name: seen([300.0, 800.0, 500.0], [1.0, 1.5, 0.75]),
    }
    assert table(both).splitlines()[3] == (
        "| this service | 500 (300 to 800) | 1.00 (0.75 to 1.50) | 5.00 (3.75 to 7.50) | 1,234 |"
    )
    assert ratios(both).splitlines() == [
        "start to first answer, the service / static JSON: 2.50",
        "a warm answer, the service / static JSON: 2.00",
    ]


def test_a_container_has_the_emulator_and_the_floor() -> None:
    """In the image's own Python, on the cores that the function has."""
    sandbox = Sandbox(Path("/rie"), Image("price", Engine("docker")))
    argv = sandbox.argv(FLOOR, 8080, "one", {0, 3})
    assert argv[:2] == ["docker", "run"]
    assert argv[argv.index("--cpuset-cpus") + 1] == "0,3"
    assert "/rie:/emulator:ro" in argv
    at = argv.index("--entrypoint")
    assert argv[at + 1 : at + 5] == [
        *("/emulator", "price", "--runtime-interface-emulator-address", "127.0.0.1:8080"),
    ]
    assert argv[-4:] == ["python", "-m", "awslambdaric", FLOOR.handler]
    assert "--cpuset-cpus" not in sandbox.argv(FLOOR, 8080, "one", None)


def test_without_an_emulator_it_is_said_where_one_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is started."""
    monkeypatch.setattr(function, "find_emulator", lambda: None)
    with pytest.raises(SystemExit, match="2"):
        function.main([])
    assert "pip download --no-deps aws-sam-cli" in capsys.readouterr().err


def test_an_emulator_that_may_not_be_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it comes out of some archives."""
    program = emulator(tmp_path)
    program.chmod(0o644)
    with pytest.raises(SystemExit, match="2"):
        function.main(["--emulator", str(program)])
    assert f"chmod +x {program}" in capsys.readouterr().err


def test_without_containers_it_is_said_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing runs them, or there is no image."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_engine() is None
    assert function.image("price") == (None, "since neither docker nor podman answers")
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    docker.chmod(0o755)
    assert find_engine() is None
    docker.write_text('#!/bin/sh\n[ "$1" = info ] || [ "$3" = price ]\n', encoding="utf-8")
    assert function.image("price") == (Image("price", Engine("docker")), "")
    missing, why = function.image("other")
    assert missing is None
    assert why == "since there is no image other: `make image` builds it"
