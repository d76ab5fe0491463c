"""The versions: each is the service as it stands, with one thing changed."""

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.bundled import EMBEDDED, read
from tests import bundles
from tests.rehearsal.versions import (
    DEAR,
    ONE,
    ROOT,
    SLOW,
    TWO,
    WRONG,
    Edit,
    Version,
    all_alike,
    tree,
)

ASKING = """
import json, math
from pathlib import Path
from api.answers import AnswerWriter
from model import load

predictor = load(Path("bundle"))
name = predictor.manifest.target.name
writer = AnswerWriter(predictor)
fill, right = writer.filler(), predictor.predict
found = []
for golden in predictor.manifest.golden:
    row = [math.nan if value is None else value for value in golden.row]
    answers = json.loads(fill(row, "")), writer.answer(row, right(row))
    found.append([answer[name] > golden.price + 0.5 for answer in answers])
print(json.dumps(found))
"""


@pytest.mark.parametrize("version", [TWO, WRONG, SLOW], ids=lambda each: each.name)
def test_a_version_differs_in_one_file(version: Version, tmp_path: Path) -> None:
    """Which can still be read as Python."""
    tree(version, tmp_path)
    (edit,) = version.edits
    text = (tmp_path / edit.path).read_text(encoding="utf-8")
    assert text != (ROOT / edit.path).read_text(encoding="utf-8")
    ast.parse(text)


def test_the_first_is_the_service_itself(tmp_path: Path) -> None:
    """Nothing is changed, and its bundle is there."""
    tree(ONE, tmp_path)
    for name in ("api/app.py", "bundle/manifest.json"):
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_wrong_version_is_wrong_for_dear_products_alone(tmp_path: Path) -> None:
    """By every way on which a price is answered."""
    tree(WRONG, tmp_path)
    argv = [sys.executable, "-c", ASKING]
    done = subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True, text=True)
    golden = read(EMBEDDED).golden
    assert json.loads(done.stdout) == [[price > DEAR] * 2 for _, price in golden]


def test_a_model_with_one_price_cannot_be_rehearsed(tmp_path: Path) -> None:
    """Nothing is dear then."""
    model = read(bundles.rent().write(tmp_path / "bundle"))
    assert all_alike(model) == ""
    alike = replace(model, golden=model.golden[:1])
    assert "bundle have one price" in all_alike(alike)


def test_what_cannot_be_changed_is_told(tmp_path: Path) -> None:
    """The code has gone on, and the version has not."""
    version = Version("old", (Edit("api/__init__.py", "no such line", ""),))
    with pytest.raises(ValueError, match=r"api/__init__.py has no longer one 'no such line'"):
        version.write(tmp_path)
