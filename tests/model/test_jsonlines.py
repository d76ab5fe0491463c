"""JSON lines files: rows that know their lines."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.batch import ROWS, Batch
from model.csvfile import CsvReader
from model.errors import DataError
from model.jsonlines import JsonLinesReader, JsonLinesWriter
from tests.steady import STEADY

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)  # fmt: skip
tables = st.lists(st.dictionaries(st.text(max_size=4), values, min_size=1, max_size=4), min_size=1)


def reader(path: Path, content: bytes) -> JsonLinesReader:
    path = path / "in.jsonl"
    path.write_bytes(content)
    return JsonLinesReader(path)


def read(path: Path, content: bytes) -> Batch:
    """The only batch of a file."""
    (batch,) = reader(path, content).batches()
    return batch


def test_rows_are_objects(tmp_path: Path) -> None:
    """With the numbers of their lines; empty ones are passed over, members may be absent."""
    batch = read(tmp_path, b'\xef\xbb\xbf{"a": 1, "b": "x"}\n\n  {"b": null}\r\n')
    assert list(batch.lines) == [1, 3]
    assert batch.numbers("a")[0].tolist()[0] == 1.0
    assert batch.labels("b") == ["x", None]
    assert batch.labels("a") == [1, None]
    assert batch.original(1) == '  {"b": null}'


def test_the_columns_are_all_keys(tmp_path: Path) -> None:
    """In the order in which they first occur, whatever line they stand on."""
    lines = reader(tmp_path, b'{"b": 1}\nbroken\n{"a": 1, "b": 2}\n')
    assert list(lines.columns) == ["b", "a"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": 1', "is not JSON: Expecting ',' delimiter at character 9"),
        (b'{"a": 1} x', "is not JSON: Extra data at character 10"),
        (b"{'a': 1}", "is not JSON: Expecting property name"),
        (b'{"a": NaN}', "is not JSON: NaN is no number"),
        (b'{"a": -Infinity}', "is not JSON: -Infinity is no number"),
        (b'{"a": 1e400}', "is not JSON: a number is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not JSON: Exceeds the limit"),
        (b'{"a": 1, "a": 2}', "is not JSON: a key stands twice"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is not JSON: "),
        (b'{"a": "\\ud800"}', "holds half of a surrogate pair"),
        (b"[1]", "is not an object"),
        (b"1", "is not an object"),
        (b"null", "is not an object"),
        (b'{"a": "caf\xe9"}', "is not valid UTF-8"),
        (b'{"a": "' + b"x" * 1_000_000 + b'"}', "is longer than 1,000,000 bytes"),
    ],
    ids=range(15),
)
def test_a_line_that_is_no_row(tmp_path: Path, line: bytes, reason: str) -> None:
    """Is told with its number and its text; the others are read."""
    batch = read(tmp_path, b'{"a": 1}\n' + line + b'\n{"a": 3}\n')
    assert list(batch.lines) == [1, 3]
    (rejected,) = batch.rejected
    assert (rejected.line, rejected.column) == (2, "")
    assert rejected.reason.startswith(reason)
    assert rejected.original[:4] == line[:4].decode()


def test_a_file_comes_in_batches(tmp_path: Path) -> None:
    """All rows, none of them twice."""
    content = b"".join(b'{"a": %d}\n' % number for number in range(ROWS + 5))
    batches = list(reader(tmp_path, content).batches())
    assert [len(batch.lines) for batch in batches] == [ROWS, 5]
    assert sum(batch.consumed for batch in batches) == len(content)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"broken\n", b"{}\n"])
def test_a_file_without_any_key(tmp_path: Path, content: bytes) -> None:
    """Cannot be what was meant."""
    with pytest.raises(DataError, match="holds no JSON object"):
        reader(tmp_path, content)


def test_a_file_of_ever_new_keys(tmp_path: Path) -> None:
    """Would fill the memory."""
    content = b"".join(b'{"key%d": 1}\n' % number for number in range(10_001))
    with pytest.raises(DataError, match=r"more than 10,000 different keys by line 10001"):
        reader(tmp_path, content)


@STEADY
@given(tables)
def test_any_rows_are_written_as_they_were_read(
    tmp_path_factory: pytest.TempPathFactory, table: list[dict[str, Any]]
) -> None:
    """With the answer beside their own members."""
    path = tmp_path_factory.mktemp("json")
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in table).encode()
    (batch,) = reader(path, content).batches()
    assert batch.rejected == []
    writer = JsonLinesWriter(path / "out.jsonl", [])
    writer.write(batch, range(len(table)), {"the price": [0.5] * len(table)})
    writer.close()
    lines = (path / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line) for line in lines] == [row | {"the price": 0.5} for row in table]


def test_the_numbers_of_a_csv_become_numbers(tmp_path: Path) -> None:
    """Those of the features only: a code with a leading zero stays as it is."""
    (tmp_path / "in.csv").write_text("a,b,zip\n1,2.50,01310\n,-3,x\n", encoding="utf-8")
    (batch,) = CsvReader(tmp_path / "in.csv").batches()
    writer = JsonLinesWriter(tmp_path / "out.jsonl", ["a", "b"])
    writer.write(batch, [0, 1], {"price": [1.5, 2.5]})
    writer.close()
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == (
        '{"a": 1, "b": 2.5, "zip": "01310", "price": 1.5}\n'
        '{"a": null, "b": -3, "zip": "x", "price": 2.5}\n'
    )


numerals = st.from_regex(r"-?[0-9]{1,25}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
oddities = st.sampled_from(
    ["1.", "01", "NaN", "-0", "1e400", '"\\u00e9"', '"\x7f"', '"\t"', '"{:"', "{}"]
)
members = st.tuples(
    st.sampled_from(["a", "b", "a,", "é", ""]),
    numerals | st.text(max_size=4).map(json.dumps) | oddities | st.sampled_from(["null", "true"]),
)
spaces = st.sampled_from(["", " ", "\t", "\xa0"])
objects = st.builds(
    lambda before, pairs, after: f"{before}{{{','.join(pairs)}}}{after}",
    spaces,
    st.lists(st.tuples(members, spaces).map(lambda m: f'"{m[0][0]}"{m[1]}:{m[1]}{m[0][1]}')),
    spaces,
)


@STEADY
@given(st.lists(objects | values.map(lambda value: json.dumps(value, ensure_ascii=False))))
def test_the_fast_reader_reads_what_the_exact_one_reads(tmp_path: Path, texts: list[str]) -> None:
    """Or leaves it alone: the same keys in the same order, the same values of the same types."""
    content = "\n".join(['{"a": 1}', *texts]).encode()
    quickly = seen(reader(tmp_path, content))
    with patch("model.jsonlines._flat", return_value=None):
        assert seen(reader(tmp_path, content)) == quickly


def seen(file: JsonLinesReader) -> str:
    (batch,) = file.batches()
    return repr((file.columns, list(batch.rows(range(len(batch.lines)))), batch.rejected))


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ('{"a": 1, "b": "x", "c": null, "d": -1.5e-3}\r\n', True),
        ('{"a": 1, "b": "x", "a": 2}', False),
        ('{"a": "x", "b": 1, "a": "x"}', False),
        ('{"a": {"b": 1, "b": 1}}', False),
        ('{"a": [{}]}', False),
        ('{"a": 1e400}', False),
        (r'{"a": "\ud800"}', False),
        ('"{"', False),
        ('{"":' * 100_000, False),
        ('{"a": ' + "[" * 100_000, False),
    ],
)
def test_which_objects_the_fast_reader_takes(tmp_path: Path, text: str, *, taken: bool) -> None:
    """Flat ones in which every key stands once."""
    with patch("model.jsonlines._any", return_value={"exact": 1}):
        assert (list(reader(tmp_path, text.encode()).columns) != ["exact"]) == taken
