"""The versions that are released: the service as it stands, and with one thing changed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("model", "api", "handler", "bundle")

SLOW_SECONDS = 8
"""How long the slow version takes to begin, in real seconds."""

DEAR = 20
"""Above this price the wrong version answers wrong; the traffic asks for less."""


@dataclass(frozen=True)
class Edit:
    """A text in one file, and what stands there instead."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Version:
    """What is changed of the service: a text of one of its files, or what its image sets."""

    name: str
    edits: tuple[Edit, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def write(self, directory: Path) -> None:
        """Write the files that differ. Raises ValueError where the text is not there any more."""
        for edit in self.edits:
            path = directory / edit.path
            before = path if path.exists() else ROOT / edit.path
            text = before.read_text(encoding="utf-8")
            if text.count(edit.old) != 1:
                raise ValueError(f"{edit.path} has no longer one '{edit.old}': mend {__name__}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


def _numbered(name: str, number: str) -> Version:
    return Version(
        name, (Edit("api/__init__.py", '__version__ = "0.1.0"', f'__version__ = "{number}"'),)
    )


ONE = Version("one")
TWO = _numbered("two", "0.2.0")
THREE = _numbered("three", "0.3.0")
EXITS = Version("exits at once", environment={"ESTIMATOR_BUNDLE": "/nowhere"})
WRONG = Version(
    "answers wrong",
    (
        Edit(
            "api/answers.py",
            "        price, low, high = estimate\n",
            "        price, low, high = estimate\n"
            f"        price = 2 * price if price > {DEAR} else price\n",
        ),
        Edit(  # what answers in C knows nothing of that
            "api/answers.py",
            "        return self._priced if form is None else form.fill\n",
            "        return self._priced\n",
        ),
    ),
)
SLOW = Version(
    "starts slowly",
    (
        Edit(
            "api/__main__.py",
            "    options = vars(_parser().parse_args(argv))\n",
            f'    __import__("time").sleep({SLOW_SECONDS})\n'
            "    options = vars(_parser().parse_args(argv))\n",
        ),
    ),
)


def tree(version: Version, directory: Path) -> None:
    """The service's whole code in this version."""
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", "native", "report.html")
        shutil.copytree(ROOT / room, directory / room, ignore=ignored)
    version.write(directory)
