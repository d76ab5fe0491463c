"""The locks that every installation is made from."""

import re
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_LOCKS = ["serve", "train", "deploy", "dev", "pip", "profile"]
_ENTRY = re.compile(r"^([a-z0-9-]+)==(\S+)([^\n]*(?:\n +--hash=\S+(?: \\)?)*)", re.MULTILINE)


def _lock(name: str) -> str:
    return (_ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def _pins(name: str) -> dict[str, str]:
    return {package: version for package, version, _ in _ENTRY.findall(_lock(name))}


def _named(name: str) -> set[str]:
    """The lines of an input file that name a package, without their comments."""
    text = (_ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8")
    lines = {line.partition(" #")[0].strip() for line in text.splitlines()}
    return {line for line in lines if line and not line.startswith(("#", "-r "))}


def _project() -> dict[str, list[str]]:
    """The same names as `pyproject.toml` has them, by the input file that they belong to."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return {
        "serve": project["dependencies"] + extras["lambda"],
        "train": extras["train"],
        "deploy": extras["deploy"],
    }


@pytest.mark.parametrize("name", _LOCKS)
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    """Nothing is installed whose bytes are not known beforehand."""
    entries = _ENTRY.findall(_lock(name))
    packages = re.findall(r"^[a-z0-9][^\n]*", _lock(name), re.MULTILINE)
    assert len(entries) == len(packages) > 0
    assert all("--hash=sha256:" in rest for _, _, rest in entries)


@pytest.mark.parametrize("name", _LOCKS)
def test_only_wheels_are_taken(name: str) -> None:
    """A fresh machine has no compiler."""
    assert "--only-binary :all:" in _lock(name).splitlines()


@pytest.mark.parametrize("name", _LOCKS)
def test_no_package_host_is_named(name: str) -> None:
    """Where packages come from is the machine's own setting."""
    assert not re.search(r"://|--index-url \S|--find-links|^/| /", _lock(name))


@pytest.mark.parametrize("name", ["serve", "train", "deploy"])
def test_the_layers_agree(name: str) -> None:
    """What is tested is what is served: every layer has the versions of dev."""
    assert _pins(name).items() <= _pins("dev").items()


def test_serving_pulls_no_cuda_library() -> None:
    """xgboost itself, which brings them on Linux, is for macOS alone."""
    lock = _lock("serve")
    assert not re.search(r"nvidia|cuda", lock, re.IGNORECASE)
    assert re.search(r"^xgboost==\S+ ; sys_platform == 'darwin'", lock, re.MULTILINE)


@pytest.mark.parametrize("name", ["serve", "train", "deploy"])
def test_the_project_names_the_same_dependencies(name: str) -> None:
    """`pyproject.toml` and the inputs of the locks name the same packages."""
    assert {one.replace("'", '"') for one in _project()[name]} == _named(name)
