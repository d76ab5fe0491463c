"""The versions: each is the service as it stands, with one thing changed."""

import ast
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.processes import ask, free_port
from tests.rehearsal.machines import Address, answers
from tests.rehearsal.programs import Program
from tests.rehearsal.versions import DEAR, ONE, ROOT, SLOW, TWO, WRONG, Edit, Version, tree


@pytest.mark.parametrize("version", [TWO, WRONG, SLOW], ids=lambda each: each.name)
def test_a_version_differs_in_one_file(version: Version, tmp_path: Path) -> None:
    """Which can still be read as Python."""
    tree(version, tmp_path)
    (path,) = {edit.path for edit in version.edits}
    text = (tmp_path / path).read_text(encoding="utf-8")
    assert text != (ROOT / path).read_text(encoding="utf-8")
    ast.parse(text)


def test_the_wrong_one_answers_wrong(tmp_path: Path) -> None:
    """Twice the price where that is dear, and otherwise the right one, as the traffic asks."""
    tree(WRONG, tmp_path)
    manifest = json.loads((ROOT / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    target, names = manifest["target"], [each["name"] for each in manifest["features"]]
    golden = {
        each["price"]: dict(zip(names, each["row"], strict=True)) for each in manifest["golden"]
    }
    prices = [max(golden), min(golden)]
    with running(tmp_path) as address:
        asked = [price_of(address, golden[price], target["name"]) for price in prices]
    assert prices[1] < DEAR < prices[0]
    expected = [2 * prices[0], prices[1]]
    assert asked == [pytest.approx(price, abs=0.1) for price in expected]


@contextmanager
def running(directory: Path) -> Iterator[Address]:
    """The service of a directory."""
    address = Address("127.0.0.1", free_port())
    where = ("--host", address.host, "--port", f"{address.port}")
    argv = (sys.executable, "-m", "api", *where)
    program = Program(argv, directory / "log", directory=directory)
    try:
        program.until(lambda: answers(address, "/readyz"))
        yield address
    finally:
        program.kill()


def price_of(address: Address, row: dict[str, float], name: str) -> float:
    """What is answered to a row."""
    _, body = ask(address.port, "/predict", json.dumps(row).encode())
    return float(json.loads(body)[name])


def test_the_first_is_the_service_itself(tmp_path: Path) -> None:
    """Nothing is changed, and its bundle is there."""
    tree(ONE, tmp_path)
    for name in ("api/app.py", "bundle/manifest.json"):
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()


def test_what_cannot_be_changed_is_told(tmp_path: Path) -> None:
    """The code has gone on, and the version has not."""
    version = Version("old", (Edit("api/__init__.py", "no such line", ""),))
    with pytest.raises(ValueError, match=r"api/__init__.py has no longer one 'no such line'"):
        version.write(tmp_path)
