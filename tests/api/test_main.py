import json
import logging
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import __main__ as command
from api.keys import KeyGuard
from api.settings import PREFIX, Settings


@pytest.fixture(autouse=True)
def _process(root_logger: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process: its variables, its log and its signals, put back as they were."""
    assert root_logger.handlers is not None
    for field in Settings.model_fields:
        monkeypatch.delenv(PREFIX + field.upper(), raising=False)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(name="served")
def _served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings with which would have been served, by one process or by a supervisor."""
    calls: list[Settings] = []

    def work(settings: Settings, listener: socket.socket, _serving: object = None) -> None:
        calls.append(settings)
        listener.close()

    class Supervisor:
        def __init__(self, _: object, settings: Settings, listener: socket.socket) -> None:
            work(settings, listener)

        def run(self, workers: int) -> int:
            return 100 + workers

    monkeypatch.setattr(command, "work", work)
    monkeypatch.setattr(command, "Supervisor", Supervisor)
    monkeypatch.setattr(command, "granted_cpus", lambda: 7)
    return calls


def test_options_are_settings(
    served: list[Settings], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Host, port, workers and bundle are options; one worker serves in this very process."""
    options = ["--host", "127.0.0.1", "--port", "0", "--workers", "1", "--bundle", str(tmp_path)]
    assert command.main(options) == 0
    (settings,) = served
    assert (settings.port, settings.workers, settings.bundle) == (0, 1, tmp_path)
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["message"].startswith("listening on http://127.0.0.1:")
    assert not first["message"].endswith(":0")
    assert second["level"] == "warning"


@pytest.mark.parametrize(("given", "workers"), [("3", 3), ("0", 7)])
def test_several_workers_are_supervised(served: list[Settings], given: str, workers: int) -> None:
    """More than one worker is supervised; 0 is one per CPU that was granted."""
    assert command.main(["--port", "0", "--workers", given]) == 100 + workers
    assert len(served) == 1


def test_environment_is_read(
    served: list[Settings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Settings come from the environment; a service with keys does not call itself open."""
    monkeypatch.setenv(f"{PREFIX}API_KEYS", "ab" * 32)
    monkeypatch.setenv(f"{PREFIX}PORT", "0")
    monkeypatch.setenv(f"{PREFIX}HOST", "::1")
    assert command.main(["--workers", "1"]) == 0
    assert served[0].key_hashes == (bytes.fromhex("ab" * 32),)
    output = capsys.readouterr().out
    assert "http://[::1]:" in output
    assert "open" not in output
    assert "abab" not in output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "http"], f"error: {PREFIX}PORT cannot be 'http'. Allowed: port, 0 to 65535"),
        (["--workers", "-1"], f"error: {PREFIX}WORKERS cannot be '-1'. Allowed: processes, 0 to"),
        (["--host", "256.256.256.256"], "error: Cannot listen on 256.256.256.256 port "),
        (["--host", "203.0.113.1"], "error: Cannot listen on 203.0.113.1 port "),
        (["--host", "::zz"], "error: Cannot listen on ::zz port "),
    ],
)
def test_wrong_settings_are_refused(
    served: list[Settings], capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    """What cannot be is refused with code 2, saying what was wrong and what would do."""
    assert command.main(["--port", "0", *options]) == 2
    message = capsys.readouterr().err
    assert message.startswith(words)
    assert "Errno" not in message
    assert served == []


def test_port_in_use(served: list[Settings], capsys: pytest.CaptureFixture[str]) -> None:
    """A port that another server has is named, and how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert command.main(["--port", str(port)]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"error: Cannot listen on 127.0.0.1 port {port}: Address already in")
    assert "Choose others with --host and --port, or ESTIMATOR_HOST and ESTIMATOR_PORT." in message
    assert served == []


def test_unknown_option(capsys: pytest.CaptureFixture[str]) -> None:
    """An option that is none is refused with code 2, too."""
    with pytest.raises(SystemExit) as caught:
        command.main(["--reload"])
    assert caught.value.code == 2
    assert "--reload" in capsys.readouterr().err


def test_help_documents_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    """Every variable is in the help, with what it allows."""
    with pytest.raises(SystemExit) as caught:
        command.main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for name, field in Settings.model_fields.items():
        head = f"  {PREFIX}{name.upper()} (default: {field.default})"
        assert f"{head}\n      {field.description}\n" in text


def test_new_key(capsys: pytest.CaptureFixture[str]) -> None:
    """A new key is shown once, with the hash that accepts it."""
    assert command.main(["--new-key"]) == 0
    key, hashed = (line.split()[1] for line in capsys.readouterr().out.splitlines()[:2])
    assert KeyGuard([bytes.fromhex(hashed)]).accepts(key)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_while_loading(monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    """Told to stop before it serves, the process ends with 0 and without a trace."""

    def work(_: Settings, listener: socket.socket, _serving: object = None) -> None:
        listener.close()
        signal.raise_signal(number)

    monkeypatch.setattr(command, "work", work)
    with pytest.raises(SystemExit) as caught:
        command.main(["--port", "0", "--workers", "1"])
    assert caught.value.code == 0
