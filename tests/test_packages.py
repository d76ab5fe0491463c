"""What pyproject.toml says of the packages: a new one is installed too."""

import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_ROOMS = ("model", "api", "handler", "deploy")


def _packages() -> list[str]:
    """Every directory of the rooms that holds modules, by its name in Python."""
    modules = [path for room in _ROOMS for path in (_ROOT / room).rglob("*.py")]
    return sorted({".".join(path.parent.relative_to(_ROOT).parts) for path in modules})


def test_every_package_is_installed() -> None:
    """setuptools is told each of them, for it takes no sub-package by itself."""
    document = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(document["tool"]["setuptools"]["packages"]) == _packages()
