"""CSV files: rows that know their lines."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.batch import ROWS, Batch
from model.csvfile import CsvReader, CsvWriter
from model.errors import DataError
from tests.steady import STEADY


def reader(path: Path, content: bytes) -> CsvReader:
    path = path / "in.csv"
    path.write_bytes(content)
    return CsvReader(path)


def read(path: Path, content: bytes) -> Batch:
    """The only batch of a file."""
    (batch,) = reader(path, content).batches()
    return batch


def faults(batch: Batch) -> list[tuple[int, str, str]]:
    assert all(each.column == "" for each in batch.rejected)
    return [(each.line, each.reason, each.original) for each in batch.rejected]


def test_rows_are_texts_by_column(tmp_path: Path) -> None:
    """With the numbers of their lines; spaces around names are none of them."""
    batch = read(tmp_path, b"\xef\xbb\xbfa, b\r\n1,x\r\n2,\r\n")
    assert list(batch.rows([0, 1])) == [{"a": "1", "b": "x"}, {"a": "2", "b": ""}]
    assert list(batch.lines) == [2, 3]
    assert batch.numbers("a")[0].tolist() == [1.0, 2.0]
    assert batch.labels("b") == ["x", ""]
    assert batch.original(0) == "1,x"


def test_empty_lines_are_passed_over(tmp_path: Path) -> None:
    """But not in a file of one column, where they are an empty field."""
    assert list(read(tmp_path, b"a,b\n\n1,2\n\n").lines) == [3]
    batch = read(tmp_path, b"a\n\n1\n")
    assert list(batch.lines) == [2, 3]
    assert batch.labels("a") == ["", "1"]


def test_a_row_may_stand_on_several_lines(tmp_path: Path) -> None:
    """In quotes; the next one has the right number."""
    batch = read(tmp_path, b'a,b\n1,"x\ny, ""z"""\n2,w\n')
    assert list(batch.lines) == [2, 4]
    assert batch.labels("b") == ['x\ny, "z"', "w"]
    assert batch.original(0) == '1,"x\ny, ""z"""'


def test_a_row_with_the_wrong_number_of_fields(tmp_path: Path) -> None:
    """Too few, too many, over several lines."""
    batch = read(tmp_path, b'a,b\n1\n1,2,3\n1,"x\ny",3\n4,5\n')
    assert list(batch.lines) == [6]
    assert faults(batch) == [
        (2, "has 1 fields, the header 2", "1"),
        (3, "has 3 fields, the header 2", "1,2,3"),
        (4, "has 3 fields, the header 2, read on to line 5", '1,"x\ny",3'),
    ]


@pytest.mark.parametrize("rows", [1, 20_000])
def test_a_quote_that_is_never_closed_spoils_its_line_alone(tmp_path: Path, rows: int) -> None:
    """However much follows."""
    content = b"a,b\n" + b'1,"x\n' + b"2,3\n" * rows
    batches = list(reader(tmp_path, content).batches())
    assert sum(len(batch.lines) for batch in batches) == rows
    assert faults(batches[0]) == [
        (2, "is not CSV: a quote is opened and never closed", '1,"x'),
    ]
    assert sum(batch.consumed for batch in batches) == len(content) - 4


def test_a_text_after_a_closed_quote(tmp_path: Path) -> None:
    """Is no CSV: it would be read as part of the field."""
    batch = read(tmp_path, b'a,b\n"1"2,3\n4,5\n')
    assert list(batch.lines) == [3]
    assert faults(batch)[0][0] == 2
    assert faults(batch)[0][1].startswith("is not CSV: ")


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    """Spoil their row alone, and are shown."""
    batch = read(tmp_path, b"a,b\n1,caf\xe9\n2,ok\n")
    assert list(batch.lines) == [3]
    assert faults(batch) == [(2, "is not valid UTF-8", "1,caf\\xe9")]


def test_a_file_comes_in_batches(tmp_path: Path) -> None:
    """All rows, none of them twice."""
    content = b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(2 * ROWS + 5))
    batches = list(reader(tmp_path, content).batches())
    assert [len(batch.lines) for batch in batches] == [ROWS, ROWS, 5]
    assert batches[-1].numbers("a")[0].tolist()[-1] == 2 * ROWS + 4


def test_a_file_without_rows(tmp_path: Path) -> None:
    """Has columns, and no batch."""
    empty = reader(tmp_path, b"a,b\n")
    assert list(empty.columns) == ["a", "b"]
    assert list(empty.batches()) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n1,2\n", "starts with an empty line"),
        (b"caf\xe9,b\n", "its first line is not valid UTF-8"),
        (b"\xff\xfea\x00,\x00", "its first line is not valid UTF-8"),
        (b'"a,b\n', "its first line is not CSV"),
    ],
)
def test_a_header_that_is_none(tmp_path: Path, content: bytes, words: str) -> None:
    """The file cannot be read at all."""
    with pytest.raises(DataError, match=words):
        reader(tmp_path, content)


def test_a_written_file_has_the_rows_and_the_answers(tmp_path: Path) -> None:
    """The rows as they were, to the last digit and quote."""
    batch = read(tmp_path, b'a,b\n01.50,"x, ""y"""\n2,z\n')
    writer = CsvWriter(tmp_path / "out.csv", ["a", "b"], ["price"])
    writer.write(batch, [0, 1], {"price": [1.5, 22.7]})
    writer.close()
    written = (tmp_path / "out.csv").read_bytes()
    assert written == b'a,b,price\n01.50,"x, ""y""",1.5\n2,z,22.7\n'


@STEADY
@given(st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=2), max_size=8))
def test_any_table_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    """By anybody's writer of CSV: every row comes, and none is rejected but for lone ends."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([["a", "b"], *table])
    content = stream.getvalue().encode("utf-8", "surrogatepass")
    found = list(reader(tmp_path_factory.mktemp("csv"), content).batches())
    rows = [[row["a"], row["b"]] for batch in found for row in batch.rows(range(len(batch.lines)))]
    assert rows == table


def seen(batches: Iterable[Batch]) -> list[tuple[Any, ...]]:
    return [
        (list(b.lines), list(b.rows(range(len(b.lines)))), list(b.rejected), b.consumed,
         [b.original(n) for n in range(len(b.lines))])
        for b in batches
    ]  # fmt: skip


@STEADY
@given(
    st.sampled_from(["a\n1", "a,b\n1,2"]),
    st.lists(st.text(alphabet='ab1,",\r\n\0é', max_size=8), max_size=6),
)
def test_rows_are_read_together_as_they_are_one_by_one(
    tmp_path: Path, head: str, lines: list[str]
) -> None:
    """Whatever quotes, empty lines and line ends there are, with the same numbers of lines."""
    file = reader(tmp_path, "\n".join([head, *lines]).encode())
    together = seen(file.batches())
    with patch("model.csvfile._plain_rows", return_value=None):
        assert seen(file.batches()) == together


def test_sound_rows_are_read_together(tmp_path: Path) -> None:
    """With quotes too, so long as each row stands on one line; none is looked at alone."""
    file = reader(tmp_path, b"a,b\n" + b'1,2\n"3","4"\n' * ROWS)
    with patch("model.csvfile._fault", side_effect=AssertionError):
        assert [len(each.lines) for each in file.batches()] == [ROWS, ROWS]


def test_a_bad_row_does_not_change_those_after_it(tmp_path: Path) -> None:
    """They are read together again, from where the last one by one was."""
    sound = b"1,2\n" * ROWS
    batches = list(reader(tmp_path, b"a,b\n" + sound + b'5,"6\n' + sound + b"7,8").batches())
    lines = [line for each in batches for line in each.lines]
    assert lines == [*range(2, ROWS + 2), *range(ROWS + 3, 2 * ROWS + 4)]
    assert batches[-1].labels("a")[-1] == "7"
