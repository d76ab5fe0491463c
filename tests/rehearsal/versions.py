"""The versions that are released: the service as it stands, and with one thing changed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bundled import EMBEDDED, Bundled, read

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("model", "api", "handler", "bundle")

SLOW_SECONDS = 8
"""How long the slow version takes to begin, in real seconds."""


def dear(model: Bundled) -> float:
    """Above this price the wrong version answers wrong; the traffic asks for less."""
    prices = [price for _, price in model.golden]
    return (min(prices) + max(prices)) / 2


def all_alike(model: Bundled) -> str:
    """Why no version can be wrong where the traffic does not see it; empty where one can."""
    if any(price > dear(model) for _, price in model.golden):
        return ""
    return (
        f"the golden rows of {model.directory} have one price, and the rehearsal asks for the "
        "cheap ones while it gets the dear ones wrong: play it with a model that has both"
    )


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
            text = (ROOT / edit.path).read_text(encoding="utf-8")
            if text.count(edit.old) != 1:
                raise ValueError(f"{edit.path} has no longer one '{edit.old}': mend {__name__}")
            path = directory / edit.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


def _numbered(name: str, number: str) -> Version:
    return Version(
        name, (Edit("api/__init__.py", '__version__ = "0.1.0"', f'__version__ = "{number}"'),)
    )


DEAR = dear(read(EMBEDDED))
"""Of the model that all of them have."""

ONE = Version("one")
TWO = _numbered("two", "0.2.0")
THREE = _numbered("three", "0.3.0")
EXITS = Version("exits at once", environment={"ESTIMATOR_BUNDLE": "/nowhere"})
_LAST = """    return start, ', "interval": {"low": ', ', "high": ', rest, '"}'\n"""
_WRONG = f"""

class Wrong(AnswerWriter):
    def answer(self, row, estimate):
        return super().answer(row, wrong(estimate))

    def text(self, estimate, identifier, template=None):
        return super().text(wrong(estimate), identifier, template)

    def filler(self):
        return self._priced


def wrong(estimate):
    price = estimate.price
    return estimate._replace(price=price + abs(price) + 1) if price > {DEAR!r} else estimate


AnswerWriter = Wrong
"""
WRONG = Version("answers wrong", (Edit("api/answers.py", _LAST, _LAST + _WRONG),))
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
