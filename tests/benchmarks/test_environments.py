"""An environment is made once for its requirements."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.environments import Environment, execute


class Installer:
    """Makes the directory and keeps the commands; fails where it is told to."""

    def __init__(self, place: Path, *, fails: bool = False) -> None:
        self.place, self.fails = place, fails
        self.commands: list[Sequence[str]] = []

    def __call__(self, argv: Sequence[str]) -> None:
        self.commands.append(argv)
        self.place.mkdir(exist_ok=True, parents=True)
        if self.fails:
            raise RuntimeError("no wheel for this Python")


def environment(directory: Path, requirements: str) -> Environment:
    path = directory / "peer.txt"
    path.write_text(requirements, encoding="utf-8")
    return Environment("peer", path)


def test_it_is_made_of_its_requirements(tmp_path: Path) -> None:
    """First the environment, then what is installed into it."""
    installer = Installer(tmp_path / "peer")
    peer = environment(tmp_path, "peer==1.0")
    assert peer.made(tmp_path, installer) == tmp_path / "peer" / "bin"
    new, install = installer.commands
    assert "venv" in new
    assert install[-2:] == ["--requirement", str(peer.requirements)]


def test_it_is_used_again(tmp_path: Path) -> None:
    """As long as the requirements are the same."""
    environment(tmp_path, "peer==1.0").made(tmp_path, Installer(tmp_path / "peer"))
    installer = Installer(tmp_path / "peer")
    environment(tmp_path, "peer==1.0").made(tmp_path, installer)
    assert installer.commands == []


def test_other_requirements_make_it_again(tmp_path: Path) -> None:
    """Another version is another environment."""
    environment(tmp_path, "peer==1.0").made(tmp_path, Installer(tmp_path / "peer"))
    installer = Installer(tmp_path / "peer")
    environment(tmp_path, "peer==1.1").made(tmp_path, installer)
    assert len(installer.commands) == 2


def test_a_failed_one_is_not_used(tmp_path: Path) -> None:
    """The next run tries again."""
    peer = environment(tmp_path, "peer==1.0")
    with pytest.raises(RuntimeError, match="no wheel"):
        peer.made(tmp_path, Installer(tmp_path / "peer", fails=True))
    installer = Installer(tmp_path / "peer")
    peer.made(tmp_path, installer)
    assert len(installer.commands) == 2


def test_its_size_is_that_of_its_files(tmp_path: Path) -> None:
    """A link to one of them weighs next to nothing."""
    (tmp_path / "peer" / "lib").mkdir(parents=True)
    (tmp_path / "peer" / "lib" / "library.so").write_bytes(b"x" * 3_000_000)
    (tmp_path / "peer" / "lib64").symlink_to("lib")
    (tmp_path / "peer" / "link.so").symlink_to("lib/library.so")
    assert environment(tmp_path, "").size(tmp_path) == pytest.approx(3.0, abs=0.001)


def test_a_command_that_fails_says_why() -> None:
    """In its own words."""
    with pytest.raises(RuntimeError, match="no such package"):
        execute(["sh", "-c", "echo no such package >&2; exit 1"])
