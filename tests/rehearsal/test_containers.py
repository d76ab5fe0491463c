"""Machines in real containers, of an image that holds one program that can do everything."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from benchmarks.processes import free_port
from tests.rehearsal.boots import quick_boot
from tests.rehearsal.containers import Container
from tests.rehearsal.cores import divided, listed
from tests.rehearsal.machines import Address, Machine
from tests.rehearsal.programs import OWNER, Broken, Program
from tests.rehearsal.runner import Runner, find_runner, own, sweep, trial
from tests.rehearsal.waiting import until

IMAGE = f"localhost/rehearsal-test:{os.getpid()}"
SERVES = "trap 'exit 0' TERM; echo level $LEVEL; httpd -f -p 80 -h /www & wait"
CORES = divided(os.sched_getaffinity(0))
Reasons = queue.SimpleQueue[str]


@pytest.fixture(scope="module")
def runner() -> Runner:
    """What runs containers here."""
    found = find_runner({})
    assert isinstance(found, Runner), found
    return found


@pytest.fixture(scope="module")
def image(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image that is ready on port 80 and ends in order."""
    archive = tmp_path_factory.mktemp("image") / "image.tar"
    _pack(archive)
    command = json.dumps(["busybox", "sh", "-c", SERVES])
    changes = (f"CMD {command}", f"LABEL {OWNER}={os.getpid()}")
    words = [word for change in changes for word in ("--change", change)]
    done = runner.ask("import", *words, str(archive), IMAGE)
    assert done.returncode == 0, done.stderr
    yield IMAGE
    runner.ask("rmi", "--force", IMAGE)


def _pack(archive: Path) -> None:
    busybox = shutil.which("busybox")
    assert busybox is not None
    with tarfile.open(archive, "w") as tar:
        for folder in ("bin", "www", "tmp"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o777
            tar.addfile(entry)
        for name in ("busybox", "true"):
            tar.add(os.path.realpath(busybox), f"bin/{name}")
        ready = tarfile.TarInfo("www/readyz")
        ready.size = len(b"ready")
        tar.addfile(ready, BytesIO(b"ready"))


class Ready(Container):
    """Does not pull: the image is only here."""

    def fetch(self) -> None:
        """It is there."""


@contextmanager
def machine(
    runner: Runner, image: str, folder: Path, make: type[Container] = Ready
) -> Iterator[tuple[Machine, str, Reasons]]:
    """A started machine, the name of its container, and what it has reported."""
    boot = quick_boot(image, LEVEL="info")
    boot = replace(boot, patience=replace(boot.patience, pulls=1))
    address = Address("127.0.1.2", free_port())
    name, reasons = f"rehearsal-{address.port}", Reasons()
    means = make(runner, name, boot, address, cores=CORES, folder=folder)
    one = Machine(boot, means, address, folder / "log", reasons.put)
    try:
        one.start()
        yield one, name, reasons
    finally:
        one.close()
        assert not _containers(runner, name)


def _containers(runner: Runner, name: str) -> list[str]:
    return runner.ask("ps", "--all", "--quiet", "--filter", f"name={name}").stdout.split()


def test_it_serves_on_its_address_and_ends_in_order(
    runner: Runner, image: str, tmp_path: Path
) -> None:
    """With the settings of the user data, under its limits, and on other cores once it serves."""
    with machine(runner, image, tmp_path) as (one, name, reasons):
        until(lambda: one.ready)
        (found,) = json.loads(runner.ask("inspect", name).stdout)
        limits = found["HostConfig"]
        assert limits["ReadonlyRootfs"] is True
        assert (limits["Memory"], limits["PidsLimit"]) == (64 * 2**20, 256)
        assert limits["NanoCpus"] == int(CORES.share * 1e9)
        assert "no-new-privileges" in json.dumps(limits["SecurityOpt"])
        assert "/tmp" in limits["Tmpfs"]  # noqa: S108 - of the container
        assert one.log() == "level info"
        until(lambda: one.settled)
        assert found["HostConfig"]["CpusetCpus"] == listed(CORES.starting)
        one.admit()
        status = runner.ask("exec", name, "busybox", "cat", "/proc/1/status").stdout
        assert f"\nCpus_allowed_list:\t{listed(CORES.serving)}\n" in status
        one.stop()
        assert (one.running, one.exit_code, one.restarts) == (False, 0, 0)
    assert reasons.empty()


def test_a_killed_container_is_started_again(runner: Runner, image: str, tmp_path: Path) -> None:
    """As systemd does, and it is ready again."""
    with machine(runner, image, tmp_path) as (one, _, reasons):
        until(lambda: one.ready and one.settled)
        one.kill()
        until(lambda: one.restarts == 1)
        assert one.exit_code == 137
        until(lambda: one.ready)
    assert reasons.empty()


def test_a_container_without_workers_says_so(runner: Runner, image: str, tmp_path: Path) -> None:
    """What kills a worker needs the service's own image."""
    with machine(runner, image, tmp_path) as (one, name, _):
        until(lambda: one.ready)
        with pytest.raises(Broken, match=f"no worker of {name} was killed"):
            one.kill_worker()


def test_what_it_is_asked_for_is_owned(runner: Runner) -> None:
    """Whichever engine it is: a build of a rehearsal that was killed ends with the next."""
    assert runner.environment[OWNER] == str(os.getpid())


def test_an_image_that_cannot_be_pulled_is_reported(runner: Runner, tmp_path: Path) -> None:
    """Here because nobody answers where it should be."""
    absent = f"127.0.0.1:{free_port()}/price@sha256:{'a' * 64}"
    with machine(runner, absent, tmp_path, Container) as (one, _, reasons):
        assert reasons.get(timeout=60) == "the image could not be pulled"
        assert one.exit_code is None


def test_a_container_that_does_not_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the engine's words, once it has had its time."""
    monkeypatch.setattr("tests.rehearsal.containers.PATIENCE", 0.1)
    deaf = Runner("sh")  # which knows no such command, and says so
    address = Address("127.0.1.2", 1)
    boot = quick_boot("image", stop_seconds=0)
    means = Container(deaf, "one", boot, address, cores=CORES, folder=tmp_path)
    program = Program(["sleep", "600"], tmp_path / "log")
    try:
        for end in (means.stop, means.kill):
            with pytest.raises(Broken, match=r"one does not end: .*(stop|kill)"):
                end(program)
    finally:
        program.kill()


def test_containers_of_the_dead_are_removed(runner: Runner, image: str) -> None:
    """Those of a process that still runs stay, unless it is this one."""
    parent = str(os.getppid())
    gone = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True, check=True)
    ids = [
        _created(runner, image, owner) for owner in (gone.stdout.strip(), parent, f"{os.getpid()}")
    ]
    mine = own(runner)
    removed = sweep(runner)
    runner.remove(ids[1])
    assert [each for each in ids if each in mine or each[:12] in mine] == [ids[2]]
    assert {ids[0], ids[2]} <= set(removed)
    assert ids[1] not in removed


def _created(runner: Runner, image: str, owner: str) -> str:
    done = runner.ask("create", "--pull", "never", "--label", f"{OWNER}={owner}", image)
    return done.stdout.strip()


def test_a_trial_tells_why_containers_cannot_run(runner: Runner, image: str) -> None:
    """And says nothing where they can."""
    assert trial(runner, image) == ""
    assert "nowhere" in trial(runner, "localhost/nowhere:1")
