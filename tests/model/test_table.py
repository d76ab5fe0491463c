"""The table of rows to learn from."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from msgspec.structs import replace as changed

from model.errors import DataError
from model.features import FeatureTable
from model.manifest import Feature, Target
from model.table import Table, read_table

TARGET = Target("cost", "y", minimum=0.0)
WANTED = FeatureTable(
    TARGET,
    (
        Feature("weight", "w", minimum=0.0, maximum=100.0),
        Feature("mode", "m", categories=("road", "air"), missing=True),
    ),
)
CSV = """\
y,w,m,day,order
3,30,air,2024-03-01,b
1,10,road,2024-01-01,a
4,40,,2024-03-01,b
2,20,road,2024-02-01,a
"""


def read(tmp_path: Path, text: str = CSV, wanted: FeatureTable = WANTED) -> Table:
    path = tmp_path / "rows.csv"
    path.write_text(text)
    return read_table(path, wanted, time="day", group="order")


def test_rows_stand_in_order_of_time(tmp_path: Path) -> None:
    """Those of the same time as in the file; categories as codes, missing ones as NaN."""
    table = read(tmp_path)
    assert table.y.tolist() == [1, 2, 3, 4]
    assert table.x[:, 0].tolist() == [10, 20, 30, 40]
    assert table.x[:, 1].tolist() == pytest.approx([0, 0, 1, np.nan], nan_ok=True)
    assert table.groups.tolist() == [0, 0, 1, 1]
    assert table.period == ("2024-01-01T00:00:00", "2024-03-01T00:00:00")
    assert {str(table.x.dtype), str(table.y.dtype)} == {"float32"}
    assert table.dropped == {}


def test_many_rows_of_one_time_keep_their_order(tmp_path: Path) -> None:
    """However many there are."""
    rows = [f"{number},1,air,2024-01-0{1 + number % 2},a" for number in range(400)]
    table = read(tmp_path, "\n".join(["y,w,m,day,order", *rows]))
    assert table.y.tolist() == [*range(0, 400, 2), *range(1, 400, 2)]


def test_without_time_and_group_rows_stand_as_in_the_file_and_alone(tmp_path: Path) -> None:
    """Each row is its own group."""
    (tmp_path / "rows.csv").write_text(CSV)
    table = read_table(tmp_path / "rows.csv", WANTED)
    assert table.y.tolist() == [3, 1, 4, 2]
    assert table.groups.tolist() == [0, 1, 2, 3]
    assert table.period == (None, None)


def test_rows_that_cannot_be_learnt_from_are_dropped_and_counted(tmp_path: Path) -> None:
    """Each by its first fault; a value that may be missing is none."""
    bad = ",10,air,2024-01-01,a\n-1,10,air,2024-01-01,a\n1,,air,2024-01-01,a\n"
    bad += "1,-1,air,2024-01-01,a\n1,101,air,2024-01-01,a\n1,5,air,,a\n1,5,air,2024-01-01,\n"
    table = read(tmp_path, CSV + bad + ",,air,,\n")
    assert len(table) == 4
    assert table.dropped == {
        "y missing": 2,
        "y under 0": 1,
        "w missing": 1,
        "w under 0": 1,
        "w over 100": 1,
        "day missing": 1,
        "order missing": 1,
    }


def test_a_file_without_a_usable_row_is_refused(tmp_path: Path) -> None:
    """The message says why the rows went."""
    with pytest.raises(DataError, match=r"no usable row is left \(y missing: 1\)"):
        read(tmp_path, "y,w,m,day,order\n,1,air,2024-01-01,a\n")


def test_a_wrong_value_is_named_with_file_column_and_row(tmp_path: Path) -> None:
    """It is not dropped: it may be a fault of the whole file."""
    for wrong, fault in (("1,x,air", "column 'w', row 5"), ("1,1,rail", "column 'm', row 5")):
        with pytest.raises(DataError, match=f"rows.csv, {fault} of the data: found"):
            read(tmp_path, f"{CSV}{wrong},2024-01-01,a\n")


def test_the_hash_is_of_the_values_and_not_of_the_file(tmp_path: Path) -> None:
    """Parquet and CSV of the same rows have one hash; a changed value has another."""
    table = read(tmp_path)
    columns = {
        "m": ["air", "road", None, "road"],
        "w": [30, 10, 40, 20],
        "y": [3.0, 1.0, 4.0, 2.0],
        "order": [5, 4, 5, 4],
        "day": ["2024-03-01", "2024-01-01", "2024-03-01", "2024-02-01"],
    }
    text = pyarrow.table(columns)
    pyarrow.parquet.write_table(text, tmp_path / "rows.parquet")
    other = read_table(tmp_path / "rows.parquet", WANTED, time="day", group="order")
    assert other.sha256 == table.sha256
    assert read(tmp_path, CSV.replace("40", "41")).sha256 != table.sha256
    assert replace(table, group=None).sha256 != table.sha256


def test_part_of_a_table_keeps_the_order_of_its_rows(tmp_path: Path) -> None:
    """Taken by a mask or by indices in any order."""
    table = read(tmp_path)
    for rows in (np.array([True, False, True, False]), np.array([2, 0])):
        part = table.take(rows)
        assert part.y.tolist() == [1, 3]
        assert part.groups.tolist() == [0, 1]
        assert part.time is not None
        assert len(part.time) == len(part.x) == 2


def test_missing_columns_are_named(tmp_path: Path) -> None:
    """A feature's, the target's, the time's or the group's alike."""
    for name in ("w", "y", "day", "order"):
        with pytest.raises(DataError, match=f"no column '{name}'"):
            read(tmp_path, re.sub(rf"\b{name}\b", "other", CSV, count=1))


def test_a_feature_of_texts_needs_categories(tmp_path: Path) -> None:
    """The message says where to list them."""
    plain = FeatureTable(TARGET, (changed(WANTED.features[1], categories=()),))
    with pytest.raises(DataError, match=r"found 'air'.*list its labels under 'categories'"):
        read(tmp_path, wanted=plain)
