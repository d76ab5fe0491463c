"""Reading the columns of a data file."""

from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from model.datafile import read_columns
from model.errors import DataError

ROWS = {"zip": ["01008", "20000"], "price": ["1.50", ""]}


def csv(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_csv_column_is_text_as_written(tmp_path: Path) -> None:
    """Leading zeros, quotes, line breaks in quotes and a byte order mark do no harm."""
    text = b'\xef\xbb\xbfzip,note,price\r\n"01008","a\n""b""",1.50\r\n20000,,\r\n'
    table = read_columns(csv(tmp_path / "rows.csv", text), ["zip", "price"])
    assert table.to_pydict() == ROWS


def test_line_breaks_in_quotes_do_no_harm_in_a_long_file(tmp_path: Path) -> None:
    """Wherever the blocks end that it is read in."""
    note = '"' + "line\n" * 40 + '"'
    lines = [f"{number},{note}" for number in range(12_000)]
    path = csv(tmp_path / "rows.csv", "\n".join(["a,note", *lines]))
    assert path.stat().st_size > 2**21
    assert read_columns(path, ["a"])["a"].to_pylist() == [str(n) for n in range(12_000)]


def test_parquet_and_json_lines_keep_their_types(tmp_path: Path) -> None:
    """The suffix says which kind of file it is, in any case."""
    parquet, lines = tmp_path / "rows.PARQUET", tmp_path / "rows.jsonl"
    pyarrow.parquet.write_table(pyarrow.table({"a": [1, 2], "b": ["x", "y"]}), parquet)
    lines.write_text('{"a": 1, "b": "x"}\n{"b": "y", "a": 2, "c": true}\n')
    for path in (parquet, lines):
        assert read_columns(path, ["b", "a"]).to_pydict() == {"b": ["x", "y"], "a": [1, 2]}


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("rows.xlsx", b"PK", "suffix '.xlsx' is not known; use one of .csv, .parquet"),
        ("rows.csv", b"", "cannot be read"),
        ("rows.csv", b"a,b\n", "holds no rows"),
        ("rows.csv", b"a,b\n1,2\n3\n", "cannot be read"),
        ("rows.csv", b"a,b\n\xff,2\n", "cannot be read"),
        ("rows.csv", b"\xff\xfea\x00,\x00b\x00\n\x00", "cannot be read"),
        ("rows.csv", b"a,a\n1,2\n", "column 'a' stands twice"),
        ("rows.csv", b"a;b\n1;2\n", "no column 'a'; it has a;b"),
        ("rows.parquet", b"PAR1", "cannot be read"),
        ("rows.jsonl", b'{"a": 1}\n[]\n', "cannot be read"),
        ("rows.jsonl", b'{"a": 1}\n{"a": "x"}\n', "cannot be read"),
    ],
)
def test_a_bad_file_is_named_with_its_fault(
    tmp_path: Path, name: str, content: bytes, fault: str
) -> None:
    """The message begins with the path, and says what was found."""
    path = csv(tmp_path / name, content)
    with pytest.raises(DataError) as refusal:
        read_columns(path, ["a"])
    assert str(refusal.value).startswith(f"{path}: ")
    assert fault in str(refusal.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A folder is no file either."""
    (tmp_path / "folder.csv").mkdir()
    for name in ("nowhere.csv", "folder.csv"):
        with pytest.raises(DataError, match=f"{name}: no such file"):
            read_columns(tmp_path / name, ["a"])
