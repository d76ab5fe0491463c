"""The virtual environment of a fresh machine."""

import sys
from pathlib import Path

import pytest

from requirements import install


class _Machine:
    """Runs no command, only notes it; those succeed that hold one of the given words."""

    def __init__(self, *succeeding: str) -> None:
        self.succeeding = succeeding
        self.ran: list[str] = []

    def succeeds(self, command: list[str], cwd: Path | None = None, *, quiet: bool = False) -> bool:
        line = " ".join(command)
        self.ran.append(line)
        if cwd and "download" in command:
            (cwd / f"{install.WHEEL_PACKAGE}_1_all.deb").touch()
            wheels = cwd / "usr/share/python-wheels"
            wheels.mkdir(parents=True, exist_ok=True)
            (wheels / "pip-1-py3-none-any.whl").touch()
        return any(word in line for word in self.succeeding)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with apt, whose Python has no ensurepip."""
    monkeypatch.setattr(install, "has_ensurepip", lambda: False)
    monkeypatch.setattr(install, "has_apt", lambda: True)


def _first_pip(machine: _Machine, directory: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(install, "succeeds", machine.succeeds)
    return install.first_pip(directory, directory / "bin" / "python")


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the version that was found, the oldest allowed and the way out."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer .* is 3\.10\.13") as refused:
        install.refuse_old_python()
    assert "make setup PYTHON=" in str(refused.value)


def test_ensurepip_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python has a pip of its own, nothing else is looked for."""
    monkeypatch.setattr(install, "has_ensurepip", lambda: True)
    machine = _Machine("-m ensurepip")
    pip = _first_pip(machine, tmp_path / "venv", monkeypatch)
    assert pip == [str(tmp_path / "venv/bin/python"), "-m", "pip"]
    assert len(machine.ran) == 1


@pytest.mark.usefixtures("bare")
def test_the_pip_of_the_machine_is_pointed_at_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine's own pip installs into the environment, never beside itself."""
    pip = _first_pip(_Machine("-m pip"), tmp_path / "venv", monkeypatch)
    assert pip == [sys.executable, "-m", "pip", "--python", str(tmp_path / "venv/bin/python")]


@pytest.mark.usefixtures("bare")
def test_the_wheel_of_debian_is_the_last_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel is unpacked inside the environment and run from there."""
    pip = _first_pip(_Machine("apt-get", "dpkg-deb"), tmp_path / "venv", monkeypatch)
    assert pip[0] == str(tmp_path / "venv/bin/python")
    assert Path(pip[1]).is_relative_to(tmp_path / "venv" / install.SCRATCH)


@pytest.mark.usefixtures("bare")
def test_without_any_pip_the_one_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that reaches no archive is told what to run."""
    with pytest.raises(SystemExit, match="apt-get install -y python3-venv"):
        _first_pip(_Machine(), tmp_path / "venv", monkeypatch)


def test_an_environment_that_is_not_there_has_no_pip(tmp_path: Path) -> None:
    """A missing environment is made, not trusted."""
    assert not install.has_pip(tmp_path / "bin" / "python")


def test_the_running_environment_has_its_pip() -> None:
    """An environment of the same Python is kept as it is."""
    assert install.has_pip(Path(sys.executable))
