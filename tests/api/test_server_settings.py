"""What the server is told, without a process of its own."""

import logging
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient
from uvicorn.lifespan.off import LifespanOff

from api.app import DRAIN
from api.drain import Drain
from api.logs import FIELDS
from api.server import DrainingServer, serve
from api.settings import Settings


@pytest.fixture(name="listener")
def _listener(root_logger: logging.Logger) -> Iterator[socket.socket]:
    assert root_logger.name == "root"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def config_of(
    settings: Settings, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> uvicorn.Config:
    """With what the server would have run."""
    configs: list[uvicorn.Config] = []

    def run(self: DrainingServer, sockets: list[socket.socket]) -> None:
        assert sockets == [listener]
        configs.append(self.config)

    monkeypatch.setattr(DrainingServer, "run", run)
    serve(settings, listener, lambda: None)
    return configs[0]


def test_settings_reach_the_server(
    listener: socket.socket, bundle_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Idle connections are kept longer than a load balancer's 60 seconds, unless told otherwise."""
    config = config_of(Settings(bundle=bundle_directory), listener, monkeypatch)
    assert (config.timeout_keep_alive, config.timeout_graceful_shutdown) == (75, 30)
    assert config.limit_concurrency is None
    changed = Settings(bundle=bundle_directory, keep_alive_seconds=9, shutdown_seconds=4)
    config = config_of(changed, listener, monkeypatch)
    assert (config.timeout_keep_alive, config.timeout_graceful_shutdown) == (9, 4)


@pytest.mark.parametrize(
    ("trusted", "client"),
    [("127.0.0.1", "10.1.2.3"), ("10.0.0.0/8, 192.0.2.1", "198.51.100.7"), ("", "10.1.2.3")],
)
def test_forwarded_addresses_are_believed_of_trusted_ones_only(
    listener: socket.socket,
    bundle_directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trusted: str,
    client: str,
) -> None:
    """The client in the log is who connected, unless that is a balancer that is trusted."""
    settings = Settings(bundle=bundle_directory, forwarded_allow_ips=trusted)
    config = config_of(settings, listener, monkeypatch)
    config.load()
    logging.getLogger().addHandler(caplog.handler)
    balancer = TestClient(config.loaded_app, client=("10.1.2.3", 1))
    balancer.get("/livez", headers={"x-forwarded-for": "198.51.100.7"})
    (fields,) = (getattr(r, FIELDS) for r in caplog.records if r.name == "api.requests")
    assert fields["client"] == client


def test_no_server_without_a_good_bundle(
    listener: socket.socket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bundle that cannot be trusted ends the process with code 3 and a message."""
    with pytest.raises(SystemExit) as caught:
        serve(Settings(bundle=tmp_path), listener, lambda: None)
    assert caught.value.code == 3
    assert capsys.readouterr().err.startswith(f"error: {tmp_path}/manifest.json: no such file.")


def server(drain: Drain | None) -> DrainingServer:
    """A server that has come to serve, or without a drain one that has not."""
    config = uvicorn.Config("none:app")
    with socket.socket() as listener:
        made = DrainingServer(config, listener, lambda: None)
    made.lifespan = LifespanOff(config)
    if drain is not None:
        made.lifespan.state[DRAIN] = drain
        made.started = True
    return made


def test_first_signal_drains_and_second_ends() -> None:
    """SIGTERM begins the drain; another one ends the serving."""
    drain = Drain(60)
    served = server(drain)
    served.handle_exit(signal.SIGTERM, None)
    assert (drain.begun, served.should_exit) == (True, False)
    served.handle_exit(signal.SIGTERM, None)
    assert (served.should_exit, served.force_exit) == (True, False)


def test_interrupts_end_and_then_force() -> None:
    """Ctrl-C does not drain; once more does not wait for what is in flight."""
    drain = Drain(60)
    served = server(drain)
    served.handle_exit(signal.SIGINT, None)
    assert (drain.begun, served.should_exit, served.force_exit) == (False, True, False)
    served.handle_exit(signal.SIGINT, None)
    assert served.force_exit is True


def test_signal_before_it_serves() -> None:
    """Where nothing is served yet, there is nothing to drain."""
    served = server(None)
    served.handle_exit(signal.SIGTERM, None)
    assert served.should_exit is True
