"""The kinds of files: told by their suffix."""

from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from model.batch import Layout
from model.errors import DataError
from model.formats import SUFFIXES, check_suffix, open_reader, open_writer


def table(path: Path) -> Path:
    """A file with the column 'a' and one row, of the kind that its suffix says."""
    if path.suffix.lower() == ".parquet":
        pyarrow.parquet.write_table(pyarrow.table({"a": [1.0]}), path)
    else:
        path.write_text("a\n1\n" if path.suffix.lower() == ".csv" else '{"a": 1}', encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".CSV", ".Parquet"])
def test_what_is_written_can_be_read(tmp_path: Path, suffix: str) -> None:
    """In whatever case the suffix is written."""
    check_suffix(Path(f"x{suffix}"))
    reader = open_reader(table(tmp_path / f"in{suffix}"))
    part = tmp_path / "part"
    writer = open_writer(part, suffix, reader, Layout(["a"], ["price"]))
    for batch in reader.batches():
        writer.write(batch, [0], {"price": [2.5]})
    writer.close()
    written = open_reader(part.rename(tmp_path / f"out{suffix}"))
    assert list(written.columns) == ["a", "price"]
    (batch,) = written.batches()
    assert [batch.numbers(name)[0].tolist() for name in ("a", "price")] == [[1.0], [2.5]]


@pytest.mark.parametrize("name", ["rows", "rows.json", "rows.csv.gz", ".csv"])
def test_another_suffix_is_refused(name: str) -> None:
    """With those that are known."""
    with pytest.raises(DataError, match=r"use one of \.csv, \.parquet, \.jsonl, \.ndjson"):
        open_reader(Path(name))


def test_a_column_that_stands_twice(tmp_path: Path) -> None:
    """In any file that can have one."""
    (tmp_path / "in.csv").write_text("a,b, a\n", encoding="utf-8")
    double = pyarrow.table([[1], [2]], names=["a", "a"])
    pyarrow.parquet.write_table(double, tmp_path / "in.parquet")
    for name in ("in.csv", "in.parquet"):
        with pytest.raises(DataError, match="the column 'a' stands twice"):
            open_reader(tmp_path / name)
