"""Machines do what their user data says, here with processes in place of containers."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from benchmarks.processes import free_port
from tests.rehearsal.boots import quick_boot
from tests.rehearsal.cores import Cores
from tests.rehearsal.machines import Address, Machine, wait_until_ready
from tests.rehearsal.processes import ROOT, Checkout, Processes
from tests.rehearsal.programs import Broken
from tests.rehearsal.userdata import Boot
from tests.rehearsal.waiting import until

SERVES = """\
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0) if not os.environ.get("DEAF") else None)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(os.environ.get("STATUS", "200")))
        self.end_headers()
    def log_message(self, *_):
        pass
print("listening with", os.environ["ESTIMATOR_WORKERS"], flush=True)
http.server.HTTPServer((sys.argv[2], int(sys.argv[4])), Handler).serve_forever()
"""
CORES = Cores(frozenset({0, 1, 2}), frozenset({0, 1, 2}))
TELLS = f"""\
import atexit, os
def tell():
    print(os.sched_getaffinity(0), flush=True)
tell()
atexit.register(tell)
{SERVES}"""
ENDS = "print('no bundle'); raise SystemExit(3)"


@dataclass
class Scene:
    """A machine and what it has reported."""

    machine: Machine
    reasons: queue.SimpleQueue[str]


@contextmanager
def scene(
    folder: Path, code: str, boot: Boot, directory: Path | None = None, cores: Cores = CORES
) -> Iterator[Scene]:
    """A machine whose image is a few lines of Python."""
    (folder / "image/api").mkdir(parents=True)
    (folder / "image/api/__main__.py").write_text(code, encoding="utf-8")
    address = Address("127.0.1.1", free_port())
    means = Processes(
        Checkout(directory or folder / "image"),
        boot,
        address,
        cores,
    )
    reasons: queue.SimpleQueue[str] = queue.SimpleQueue()
    machine = Machine(boot, means, address, folder / "log", reasons.put)
    try:
        machine.start()
        yield Scene(machine, reasons)
    finally:
        machine.close()


def test_it_becomes_ready_and_ends_in_order(tmp_path: Path) -> None:
    """On its own address, with as many workers as it has cores, and without a report."""
    with scene(tmp_path, SERVES, quick_boot("one")) as one:
        until(lambda: one.machine.ready)
        assert one.machine.running
        assert one.machine.log() == "listening with 2"
        one.machine.stop()
        assert (one.machine.running, one.machine.exit_code) == (False, 0)
        assert (one.machine.restarts, one.reasons.empty()) == (0, True)


def test_it_starts_and_ends_apart_from_those_that_serve(tmp_path: Path) -> None:
    """Until it is admitted; when it is started again it is one of them already."""
    cores = frozenset(os.sched_getaffinity(0))
    first = frozenset({min(cores)})
    with scene(tmp_path, TELLS, quick_boot("one"), cores=Cores(cores, first)) as one:
        until(lambda: one.machine.settled)
        one.machine.admit()
        one.machine.kill()
        until(lambda: one.machine.restarts == 1 and one.machine.ready)
        one.machine.stop()
        told = [line for line in one.machine.log().splitlines() if line.startswith("{")]
        assert told == [str(set(each)) for each in (first, cores, first)]


def test_it_knows_how_long_it_took_to_get_its_image(tmp_path: Path) -> None:
    """Where it has got it."""
    with scene(tmp_path, SERVES, quick_boot("one")) as one:
        until(lambda: one.machine.settled)
        assert one.machine.pulled is not None
        assert 0 <= one.machine.pulled < 60
    with scene(tmp_path / "none", SERVES, quick_boot("one"), tmp_path / "nowhere") as one:
        assert one.reasons.get(timeout=20) == "the image could not be pulled"
        assert one.machine.pulled is None


def test_settings_are_those_of_the_user_data(tmp_path: Path) -> None:
    """They win over what the image sets."""
    with scene(tmp_path, SERVES, quick_boot("one", ESTIMATOR_WORKERS="7")) as one:
        until(lambda: one.machine.ready)
        assert one.machine.log() == "listening with 7"


def test_what_does_not_stop_is_killed(tmp_path: Path) -> None:
    """After the stop timeout."""
    with scene(tmp_path, SERVES, quick_boot("one", stop_seconds=1, DEAF="yes")) as one:
        until(lambda: one.machine.ready)
        one.machine.stop()
        assert one.machine.exit_code == 137


def test_what_is_killed_is_started_again(tmp_path: Path) -> None:
    """As often as it takes: a machine that was ready is never given up."""
    with scene(tmp_path, SERVES, quick_boot("one")) as one:
        until(lambda: one.machine.settled)
        for restarts in range(1, 5):
            until(lambda: one.machine.ready)
            one.machine.kill()
            until(lambda restarts=restarts: one.machine.restarts == restarts)  # type: ignore[misc]  # of this round
        assert one.machine.exit_code == 137
        assert one.reasons.empty()


def test_one_that_ends_again_and_again_is_reported(tmp_path: Path) -> None:
    """In the words of the user data, once."""
    with scene(tmp_path, ENDS, quick_boot("one")) as one:
        assert one.reasons.get(timeout=20) == "the container ended three times"
        assert one.machine.exit_code == 3
        assert "no bundle" in one.machine.log()
    assert one.reasons.empty()


def test_one_that_never_becomes_ready_is_reported(tmp_path: Path) -> None:
    """It runs, but says that it is not ready."""
    boot = quick_boot("one", STATUS="503")
    boot = replace(boot, patience=replace(boot.patience, ready=0.5))
    with scene(tmp_path, SERVES, boot) as one:
        assert one.reasons.get(timeout=20) == "the container was not ready after 0.5 seconds"
        assert (one.machine.running, one.machine.restarts) == (True, 0)


def test_an_image_that_is_not_there_is_reported(tmp_path: Path) -> None:
    """After as many attempts as the user data makes; nothing was started."""
    with scene(tmp_path, SERVES, quick_boot("one"), tmp_path / "nowhere") as one:
        assert one.reasons.get(timeout=20) == "the image could not be pulled"
        assert (one.machine.running, one.machine.log()) == (False, "")


def test_a_machine_that_is_closed_reports_nothing(tmp_path: Path) -> None:
    """Not even where it is closed while its image is still awaited."""
    boot = quick_boot("one")
    boot = replace(boot, patience=replace(boot.patience, pull_pause=3600))
    with scene(tmp_path, SERVES, boot, tmp_path / "nowhere") as one:
        one.machine.close()
    assert one.reasons.empty()


def test_a_killed_worker_is_replaced_and_the_machine_stays(tmp_path: Path) -> None:
    """With the service itself, whose supervisor sees to it."""
    boot = quick_boot("one", ESTIMATOR_DRAIN_SECONDS="0", ESTIMATOR_WORKERS="2")
    boot = replace(boot, patience=boot.patience.faster(0.01))
    with scene(tmp_path, "", boot, ROOT) as one:
        until(lambda: one.machine.ready)
        before = one.machine.workers()
        one.machine.kill_worker()
        until(lambda: "ended with -9: replaced" in one.machine.log())
        until(lambda: len(one.machine.workers()) == 2)
        assert len(before) == 2
        assert set(one.machine.workers()) & set(before) == {before[1]}
        assert one.machine.restarts == 0


def test_where_one_process_serves_no_worker_can_be_killed(tmp_path: Path) -> None:
    """It says what to do instead."""
    with scene(tmp_path, SERVES, quick_boot("one")) as one:
        until(lambda: one.machine.ready)
        with pytest.raises(Broken, match=r"127\.0\.1\.1 serves with one process: kill the machine"):
            one.machine.kill_worker()


def test_an_address_in_use_is_told(tmp_path: Path) -> None:
    """Who answers there already would be taken for the machine."""
    with scene(tmp_path, SERVES, quick_boot("one")) as one:
        until(lambda: one.machine.ready)
        with pytest.raises(
            Broken, match=r"a machine cannot have 127\.0\.1\.1:\d+: Address already"
        ):
            one.machine.start()


def test_the_wait_is_that_of_the_user_data() -> None:
    """It asks every two seconds, at most 180 of them, by an injected clock."""
    patience = quick_boot("one").patience.faster(0.01)
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    told = wait_until_ready(patience, lambda: False, lambda: 0, wait, lambda: sum(waits))
    assert told == "the container was not ready after 180 seconds"
    assert waits == [2] * 90
