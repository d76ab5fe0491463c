"""Whoever deploys: what is said is heard, and what runs can be ended with all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rehearsal.deployer import Command, Deployer, Unexpected
from tests.rehearsal.programs import OWNER
from tests.rehearsal.waiting import runs, until


@pytest.fixture
def deployer(tmp_path: Path, heard: list[str]) -> Deployer:
    return Deployer(tmp_path, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, heard.append)


@pytest.fixture
def heard() -> list[str]:
    return []


def test_a_command_is_heard(deployer: Deployer, heard: list[str]) -> None:
    """What is typed, and what is said on standard error; its result is what else it says."""
    assert "usage: python -m deploy" in deployer.good("--help")
    assert heard == ["$ python -m deploy --help"]
    command = deployer.type("dance")
    assert command.code == 3
    assert "'dance'" in command.said
    assert heard[2:] == command.err


def test_a_command_that_has_to_end_well(deployer: Deployer) -> None:
    """Its words are told where it does not."""
    with pytest.raises(Unexpected, match=r"(?s)dance: exit code 3.*invalid choice"):
        deployer.good("dance")


def test_nobody_of_this_machine_deploys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its settings and proxies are not those of the person, and each process knows its owner."""
    for name in ("DEPLOY_TAG", "GITHUB_ACTIONS", "ESTIMATOR_BUNDLE", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "this machine's")
    environment = Deployer(tmp_path, {}, print).environment
    assert "this machine's" not in environment.values()
    assert environment["HOME"] == str(tmp_path / "home")
    assert environment[OWNER] == str(os.getpid())


def test_what_a_command_has_started_ends_with_it() -> None:
    """Such as an engine that pushes: it would hold the pipes open, and go on."""
    script = "import subprocess as s; one = s.Popen(['sleep', '600']); print('up'); one.wait()"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    command = Command("push", process)
    command.read(print)
    until(lambda: command.out == ["up"])
    command.kill()
    assert command.code == -9
    until(lambda: not runs(process.pid))
    command.kill()  # nothing is left to kill
