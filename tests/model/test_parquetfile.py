"""Parquet files: all types kept, a batch at a time."""

import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from model.batch import ROWS, Batch
from model.csvfile import CsvReader
from model.errors import DataError
from model.jsonlines import JsonLinesReader
from model.parquetfile import ParquetReader, ParquetWriter

MOMENT = datetime.datetime(2018, 8, 17, 12, 15, 10, tzinfo=datetime.UTC)


def reader(path: Path, **columns: Any) -> ParquetReader:
    pyarrow.parquet.write_table(pyarrow.table(columns), path / "in.parquet")
    return ParquetReader(path / "in.parquet")


def read(path: Path, **columns: Any) -> Batch:
    """The only batch of a file."""
    (batch,) = reader(path, **columns).batches()
    return batch


@pytest.mark.parametrize(
    "values",
    [
        pyarrow.array([1, None, 3], pyarrow.int8()),
        pyarrow.array([1, None, 3], pyarrow.uint64()),
        pyarrow.array([1.0, None, 3.0], pyarrow.float32()),
        pyarrow.array([1.0, float("nan"), 3.0], pyarrow.float64()),
        pyarrow.array([decimal.Decimal("1.00"), None, decimal.Decimal("3.00")]),
        pyarrow.array([1, None, 3]).dictionary_encode(),
        pyarrow.array(["1", None, "3"]),
        pyarrow.array(["1", "NA", " 3 "], pyarrow.large_string()),
    ],
    ids=lambda array: str(array.type).split("<")[0],
)
def test_every_type_of_number(tmp_path: Path, values: pyarrow.Array) -> None:
    """Nulls and NaN are missing; texts are read as in a CSV."""
    parquet = reader(tmp_path, a=values)
    parquet.schema(["a"])
    (batch,) = parquet.batches()
    found, faults = batch.numbers("a")
    assert found[[0, 2]].tolist() == [1.0, 3.0]
    assert found[1] != found[1]
    assert faults == {}


def test_a_text_that_is_no_number_is_a_fault(tmp_path: Path) -> None:
    """Of its row alone."""
    assert read(tmp_path, a=["1", "x"]).numbers("a")[1] == {1: "'x' is not a number"}


@pytest.mark.parametrize("values", [[True, False], [MOMENT], [[1.0]], [b"1"]], ids=str)
def test_a_column_of_another_type_is_refused(tmp_path: Path, values: list[Any]) -> None:
    """At once, by name: no row of it could be answered."""
    with pytest.raises(DataError, match=r"column 'a': is .*; allowed: numbers"):
        reader(tmp_path, a=values).schema(["a"])


def test_labels_are_texts(tmp_path: Path) -> None:
    """Whether encoded or not, and numbers too."""
    for values in (["x", None], pyarrow.array(["x", None]).dictionary_encode()):
        assert read(tmp_path, a=values).labels("a") == ["x", None]
    assert read(tmp_path, a=[10, None]).labels("a") == ["10", None]


def test_a_file_comes_in_batches(tmp_path: Path) -> None:
    """Whatever its row groups are; rows are counted from 1."""
    parquet = reader(tmp_path, a=list(range(2 * ROWS + 5)))
    batches = list(parquet.batches())
    assert [batch.consumed for batch in batches] == [ROWS, ROWS, 5]
    assert (batches[0].lines[0], batches[-1].lines[-1]) == (1, 2 * ROWS + 5)
    assert parquet.size == 2 * ROWS + 5


def test_rows_are_what_json_can_hold(tmp_path: Path) -> None:
    """Moments and decimals as texts, NaN as nothing, a float32 with its own digits."""
    batch = read(
        tmp_path,
        moment=pyarrow.array([MOMENT], pyarrow.timestamp("ns")),
        zoned=pyarrow.array([MOMENT], pyarrow.timestamp("ms", "UTC")),
        money=[decimal.Decimal("1.20")],
        short=pyarrow.array([49.9], pyarrow.float32()),
        gone=[float("nan")],
        endless=pyarrow.array([float("inf")], pyarrow.float32()),
        raw=[b"\x01\xff"],
        nested=[{"list": [1.5, None, float("nan")], "at": MOMENT}],
        flag=[True],
        kind=pyarrow.array(["x"]).dictionary_encode(),
        pairs=pyarrow.array([[("k", 1)]], pyarrow.map_(pyarrow.string(), pyarrow.int8())),
    )
    (row,) = batch.rows([0])
    assert row == {
        "moment": "2018-08-17 12:15:10.000000000",
        "zoned": "2018-08-17 12:15:10.000Z",
        "money": "1.20",
        "short": 49.9,
        "gone": None,
        "endless": "inf",
        "raw": "01ff",
        "nested": {"list": [1.5, None, None], "at": str(MOMENT)},
        "flag": True,
        "kind": "x",
        "pairs": [["k", 1]],
    }
    assert json.loads(batch.original(0)) == row


def test_types_survive(tmp_path: Path) -> None:
    """Of every column, with the rows that are kept and the answers behind them."""
    columns = {
        "moment": pyarrow.array([MOMENT, None, MOMENT], pyarrow.timestamp("ns")),
        "kind": pyarrow.array(["x", "y", None]).dictionary_encode(),
        "count": pyarrow.array([1, 2, 3], pyarrow.int8()),
        "nested": [{"a": [1]}, None, {"a": []}],
    }
    parquet = reader(tmp_path, **columns)
    writer = ParquetWriter(tmp_path / "out.parquet", parquet.schema([]), ["price"])
    for batch in parquet.batches():
        writer.write(batch, [0, 2], {"price": [1.5, 2.5]})
    writer.close()
    written = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    expected = pyarrow.table(columns).take([0, 2])
    assert written.drop_columns("price") == expected
    assert written["price"].to_pylist() == [1.5, 2.5]


def test_a_batch_without_an_answer_adds_nothing(tmp_path: Path) -> None:
    """All of its rows were rejected."""
    parquet = reader(tmp_path, a=[1], moment=[MOMENT])
    writer = ParquetWriter(tmp_path / "out.parquet", parquet.schema(["a"]), ["price"])
    for batch in parquet.batches():
        writer.write(batch, [], {"price": []})
    writer.close()
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet").num_rows == 0


def test_row_groups_are_large(tmp_path: Path) -> None:
    """Many batches make one, but never all of a long file."""
    parquet = reader(tmp_path, a=list(range(210_000)))
    writer = ParquetWriter(tmp_path / "out.parquet", parquet.schema(["a"]), ["price"])
    for batch in parquet.batches():
        kept = range(batch.consumed)
        writer.write(batch, kept, {"price": [0.5] * len(kept)})
    writer.close()
    metadata = pyarrow.parquet.read_metadata(tmp_path / "out.parquet")
    groups = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    assert groups == [100_000, 100_000, 10_000]


def test_texts_become_a_table(tmp_path: Path) -> None:
    """Features are numbers; all else stays the text that it was, or becomes JSON."""
    (tmp_path / "in.csv").write_text("a,zip\n1.5,01310\n,\n", encoding="utf-8")
    (tmp_path / "in.jsonl").write_text('{"a": 2, "zip": {"b": [1]}}\n{"zip": true}\n')
    for source, expected in (
        (CsvReader(tmp_path / "in.csv"), {"a": [1.5, None], "zip": ["01310", ""]}),
        (JsonLinesReader(tmp_path / "in.jsonl"), {"a": [2.0, None], "zip": ['{"b": [1]}', "true"]}),
    ):
        writer = ParquetWriter(tmp_path / "out.parquet", source.schema(["a"]), [])
        for batch in source.batches():
            writer.write(batch, range(len(batch.lines)), {})
        writer.close()
        written = pyarrow.parquet.read_table(tmp_path / "out.parquet")
        assert written.to_pydict() == expected
        assert written.schema.field("a").type == pyarrow.float64()


def test_a_file_without_rows(tmp_path: Path) -> None:
    """Has columns, and comes out without rows."""
    parquet = reader(tmp_path, a=pyarrow.array([], pyarrow.int64()))
    writer = ParquetWriter(tmp_path / "out.parquet", parquet.schema(["a"]), ["price"])
    assert sum(batch.consumed for batch in parquet.batches()) == 0
    writer.close()
    assert pyarrow.parquet.read_schema(tmp_path / "out.parquet").names == ["a", "price"]


def test_what_is_no_parquet(tmp_path: Path) -> None:
    """Nor a whole one."""
    path = tmp_path / "in.parquet"
    for content in (b"", b"a,b\n1,2\n", b"PAR1" + b"\0" * 50 + b"PAR1"):
        path.write_bytes(content)
        with pytest.raises(DataError, match="cannot be read as Parquet"):
            ParquetReader(path)


def test_damage_in_the_middle_names_the_row(tmp_path: Path) -> None:
    """As far as it could be read."""
    path = tmp_path / "in.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": list(range(50_000))}), path)
    content = bytearray(path.read_bytes())
    content[200:4000] = bytes(3800)
    path.write_bytes(content)
    parquet = ParquetReader(path)
    with pytest.raises(DataError, match="damaged after row"):
        list(parquet.batches())
