"""Whether an image is of this checkout: by each file that it is made of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rehearsal.freshness import stale
from tests.rehearsal.runner import Runner
from tests.rehearsal.versions import ROOMS, ROOT


@dataclass(frozen=True)
class Inside(Runner):
    """Runs the programs of an image whose files lie in a directory."""

    root: Path = Path()

    def ask(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        program = words[-1].replace("/app", str(self.root))
        argv = [sys.executable, "-c", program]
        return subprocess.run(argv, check=False, capture_output=True, text=True, input=stdin)


@pytest.fixture
def image(tmp_path: Path) -> Inside:
    for room in ROOMS:
        ignored = shutil.ignore_patterns("*.so", "report.html")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    return Inside("docker", root=tmp_path)


def test_an_image_of_this_checkout(image: Inside) -> None:
    """What was compiled in there is its own."""
    (image.root / "model" / "_trees.abi3.so").write_bytes(b"of another compiler")
    assert stale(image, "price") == ""


@pytest.mark.parametrize(
    "path", ["api/app.py", "model/native/walk.c", "model/shipping.toml", "bundle/model.ubj"]
)
def test_an_image_of_another_checkout(image: Inside, path: str) -> None:
    """One byte is enough, of whatever kind."""
    with (image.root / path).open("ab") as file:
        file.write(b" ")
    assert stale(image, "price") == (
        "the image price is not of this checkout; `make image` builds it"
    )


def test_an_image_with_a_file_less(image: Inside) -> None:
    """Though all others are the same."""
    (image.root / "handler" / "main.py").unlink()
    assert "not of this checkout" in stale(image, "price")


def test_an_image_that_cannot_be_asked(image: Inside) -> None:
    """It is said why."""
    broken = Inside("docker", root=Path("'"))
    assert "SyntaxError" in stale(broken, "price")
