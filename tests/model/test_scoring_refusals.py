"""The verb `predict`: what it refuses before anything is written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import bundles
from tests.model.rowfiles import KINDS, NAMES, PRICED, predict, shipments, written


@pytest.fixture(scope="module")
def shipping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with an interval."""
    return bundles.shipping().write(tmp_path_factory.mktemp("bundles") / "shipping")


def refused(
    capsys: pytest.CaptureFixture[str], source: Path, out: Path, directory: Path, *options: str
) -> str:
    """The message of a run that is refused and writes nothing."""
    before = sorted(out.parent.iterdir()) if out.parent.is_dir() else []
    assert predict(source, out, directory, *options) == 1
    assert (sorted(out.parent.iterdir()) if out.parent.is_dir() else []) == before
    return capsys.readouterr().err


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_the_input_is_never_overwritten(
    tmp_path: Path,
    shipping: Path,
    capsys: pytest.CaptureFixture[str],
    link: Callable[[Path, Path], None] | None,
) -> None:
    """Neither by its name nor by another name of it, nor by the rejects."""
    source = written(tmp_path / "in.csv", shipments())
    out = source
    if link is not None:
        out = tmp_path / "other.csv"
        link(source, out)
    before = source.read_bytes()
    assert "would overwrite" in refused(capsys, source, out, shipping)
    fresh = tmp_path / "fresh.csv"
    assert "would overwrite" in refused(capsys, source, fresh, shipping, "--rejects", str(out))
    assert "would overwrite" in refused(capsys, source, fresh, shipping, "--rejects", str(fresh))
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "out", "words"),
    [
        ("none.csv", "out.csv", "No such file"),
        ("none.parquet", "out.csv", "cannot be read as Parquet"),
        ("in.csv", "out.xlsx", "the suffix '.xlsx' is not known"),
        ("in.txt", "out.csv", "the suffix '.txt' is not known"),
        ("in.csv", "none/out.csv", "is no place for a file"),
        ("in.csv", "folder.csv", "is no place for a file"),
        ("folder.csv", "out.csv", "Is a directory"),
    ],
)
def test_a_path_that_cannot_be_used(
    tmp_path: Path,
    shipping: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
    out: str,
    words: str,
) -> None:
    """Is named before anything is written."""
    (tmp_path / "folder.csv").mkdir()
    written(tmp_path / "in.csv", shipments())
    (tmp_path / "in.txt").write_text("x", encoding="utf-8")
    assert words in refused(capsys, tmp_path / source, tmp_path / out, shipping)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price": None}, "no column price"),
        ({"product_weight_g": 1.0, "product_height_cm": 1.0, "delivery_distance_km": 1.0,
          "product_volume_cm3": 1.0}, "both weight and product_weight_g"),
        ({PRICED: 1.0}, f"it has the column {PRICED}"),
        ({f"{PRICED}_high": 1.0}, f"it has the column {PRICED}_high"),
    ],
    ids=["missing", "both", "price", "high"],
)  # fmt: skip
def test_columns_that_do_not_fit(
    tmp_path: Path,
    shipping: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    change: dict[str, float | None],
    words: str,
) -> None:
    """The message names them."""
    table = [{k: v for k, v in (row | change).items() if v is not None} for row in shipments()]
    source = written(tmp_path / f"in.{kind}", table)
    assert words in refused(capsys, source, tmp_path / "out.csv", shipping)


def test_a_column_that_stands_twice(
    tmp_path: Path, shipping: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cannot be told from itself."""
    source = tmp_path / "in.csv"
    source.write_text(",".join([*NAMES, "note", "note"]) + "\n", encoding="utf-8")
    said = refused(capsys, source, tmp_path / "out.csv", shipping)
    assert "the column 'note' stands twice" in said


def test_a_bundle_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is refused before the file is read."""
    source = written(tmp_path / "in.csv", shipments())
    assert "no such file" in refused(capsys, source, tmp_path / "out.csv", tmp_path / "none")
