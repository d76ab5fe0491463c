"""What containers are run with, and what is said where nothing runs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.rehearsal.boots import quick_boot
from tests.rehearsal.machines import Address
from tests.rehearsal.programs import OWNER
from tests.rehearsal.runner import Runner, find_runner


def test_docker_is_asked_as_docker_wants_it(tmp_path: Path) -> None:
    """Without what only podman has or needs."""
    boot = quick_boot("price")
    words = Runner("docker").run(
        "one", boot, Address("127.0.1.3", 81), ["--cpus", "1"], tmp_path / "env"
    )
    assert words[:2] == ["docker", "run"]
    assert not {"--runtime", "--ulimit", "passthrough", "--time"} & set(words)
    assert words[words.index("--publish") + 1] == "127.0.1.3:81:80"
    assert words[words.index("--memory-swap") + 1] == f"{boot.options.swap_mb}m"
    assert words[words.index("--cpus") + 1] == "1"
    assert words[-1] == "price"


def test_docker_keeps_its_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is given other logins: which one it is stands beside them."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\n[ "$1" = info ] || echo unix:///of/the/context')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    found = find_runner({"A": "1"})
    assert isinstance(found, Runner)
    assert (found.name, found.environment["A"]) == ("docker", "1")
    assert found.environment["DOCKER_HOST"] == "unix:///of/the/context"
    assert found.environment[OWNER] == str(os.getpid())


def test_where_nothing_runs_containers_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of both engines, and what to install."""
    monkeypatch.setattr("tests.rehearsal.packages.search_path", lambda: "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    assert find_runner({}) == (
        "docker does not answer, and podman and runc and conmon are not installed: "
        "apt-get install podman runc conmon"
    )
