import logging
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.metrics import DIRECTORY_VARIABLE
from api.settings import Settings
from api.supervisor import FAILED_STARTS, STARTUP_FAILED, Supervisor, Work
from tests.api import supervised
from tests.api.serving import PATIENCE


@pytest.fixture(name="listener")
def _listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The handlers of this process, put back as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(work: Work, listener: socket.socket, workers: int = 2, **settings: object) -> int:
    return Supervisor(work, Settings.model_validate(settings), listener).run(workers)


@contextmanager
def meanwhile(story: Callable[[], None]) -> Iterator[Future[None]]:
    """While the supervisor has this thread, tell a story in another and then send SIGTERM."""

    def tell() -> None:
        try:
            story()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(tell)


def teller(port: int) -> int | None:
    """The number of a process that answers, None where it died in the attempt."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        number = connection.recv(20)
    return int(number) if number else None


def teller_besides(port: int, known: set[int | None]) -> int:
    """The number of another process that answers."""
    while (found := teller(port)) in known or found is None:
        pass
    return found


def test_dead_worker_is_replaced(listener: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    """A killed worker is replaced, the others work on, and SIGTERM ends them all with 0."""
    port = listener.getsockname()[1]

    def story() -> None:
        first = teller_besides(port, set())
        second = teller_besides(port, {first})
        os.kill(first, signal.SIGKILL)
        teller_besides(port, {first, second})

    with caplog.at_level(logging.ERROR), meanwhile(story) as told:
        assert run(supervised.tell, listener) == 0
    told.result(PATIENCE)
    assert [message.split(" ", 2)[2] for message in caplog.messages] == ["ended with -9: replaced"]


def test_failed_start_stops_all(listener: socket.socket, tmp_path: Path) -> None:
    """A worker that says that it cannot start ends the others too, and the code tells it."""
    code = run(supervised.fail_beside_others, listener, 3, bundle=tmp_path / "first")
    assert code == STARTUP_FAILED
    assert listener.fileno() == -1


def test_endless_crashes_are_given_up(
    listener: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    """Workers that die before they serve are not replaced for ever."""
    assert run(supervised.crash, listener, 1) == STARTUP_FAILED
    endings = [message.split(" ", 2)[2] for message in caplog.messages]
    assert endings == ["ended with 1: replaced"] * FAILED_STARTS + ["could not start: stopping"]


def test_rare_crashes_are_not_given_up(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Workers that die after they served are replaced each time, however often."""
    monkeypatch.setattr("api.supervisor.FAILED_STARTS", 0)
    supervisor = Supervisor(supervised.serve_and_crash, Settings(), listener)

    def watch() -> None:
        while len(caplog.messages) < 3:
            pass

    with meanwhile(watch) as told:
        assert supervisor.run(1) == 0
    told.result(PATIENCE)
    assert all(message.endswith("ended with 1: replaced") for message in caplog.messages)


@pytest.mark.parametrize("memory", [True, False], ids=["memory", "disk"])
def test_directory_of_the_numbers(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, *, memory: bool
) -> None:
    """The workers share a fresh directory, in memory where it can be; at the end it is gone."""
    made: list[Path] = []

    class Watched(Supervisor):
        def _start(self) -> None:
            made.append(Path(os.environ[DIRECTORY_VARIABLE]))
            super()._start()

    monkeypatch.setattr("api.supervisor.os.access", lambda *_: memory)
    assert Watched(supervised.fail, Settings(), listener).run(2) == STARTUP_FAILED
    assert len(made) == 2
    assert made[0] == made[1]
    assert made[0].parent == Path("/dev/shm" if memory else tempfile.gettempdir())  # noqa: S108 - only named
    assert DIRECTORY_VARIABLE not in os.environ
    assert not made[0].exists()
