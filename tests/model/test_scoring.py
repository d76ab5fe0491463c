"""The verb `predict`: rows in, rows with prices out, none of them lost."""

import csv
import json
from pathlib import Path

import pytest

from model import bundle
from model.scoring import SOME_REJECTED
from tests import bundles
from tests.model.rowfiles import (
    KINDS,
    NAMES,
    PRICED,
    Table,
    predict,
    rejects_of,
    rows_of,
    shipments,
    written,
)


@pytest.fixture(scope="module")
def shipping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with an interval."""
    return bundles.shipping().write(tmp_path_factory.mktemp("bundles") / "shipping")


@pytest.fixture(scope="module")
def rent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without, with a category and a feature that may be missing."""
    return bundles.rent().write(tmp_path_factory.mktemp("bundles") / "rent")


@pytest.mark.parametrize("to", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_any_kind_to_any_kind(tmp_path: Path, shipping: Path, kind: str, to: str) -> None:
    """Every row, its own columns unchanged, with price, low and high as the bundle says them."""
    source, out = written(tmp_path / f"in.{kind}", shipments()), tmp_path / f"out.{to}"
    assert predict(source, out, shipping) == 0
    predictor = bundle.load(shipping)
    for given, found in zip(shipments(), rows_of(out), strict=True):
        estimate = predictor.predict([given[name] for name in NAMES])
        assert estimate.low is not None
        assert estimate.high is not None
        assert found == given | {
            PRICED: round(estimate.price, 2),
            f"{PRICED}_low": round(estimate.low, 2),
            f"{PRICED}_high": round(estimate.high, 2),
        }
    assert sorted(path.name for path in tmp_path.iterdir()) == [source.name, out.name]


@pytest.mark.parametrize("kind", KINDS)
def test_columns_may_be_called_as_in_data(tmp_path: Path, shipping: Path, kind: str) -> None:
    """By the features' columns, in any order."""
    columns = {f.name: f.column for f in bundles.shipping().manifest.features}
    called = [{columns.get(k, k): v for k, v in reversed(row.items())} for row in shipments()]
    by_name, by_column = tmp_path / f"name.{kind}", tmp_path / f"column.{kind}"
    assert predict(written(tmp_path / f"a.{kind}", shipments()), by_name, shipping) == 0
    assert predict(written(tmp_path / f"b.{kind}", called), by_column, shipping) == 0
    prices = [[row[PRICED] for row in rows_of(path)] for path in (by_name, by_column)]
    assert prices[0] == prices[1]


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_interval_there_is_one_new_column(tmp_path: Path, rent: Path, kind: str) -> None:
    """With all its digits where the target names no decimals; labels are read, gaps may be."""
    table: Table = [
        {"area": 60.0, "age": 10.0, "district": "west", "balance": -3.5},
        {"area": 60.0, "age": None, "district": "north", "balance": 0.0},
    ]
    out = tmp_path / f"out.{kind}"
    assert predict(written(tmp_path / f"in.{kind}", table), out, rent) == 0
    predictor = bundle.load(rent)
    expected = [[60.0, 10.0, 2.0, -3.5], [60.0, float("nan"), 0.0, 0.0]]
    for row, found in zip(expected, rows_of(out), strict=True):
        assert found["rent"] == predictor.predict(row).price
        assert list(found) == [*table[0], "rent"]


def test_bad_rows_of_a_csv_are_told_one_by_one(
    tmp_path: Path, shipping: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By line, column and reason; the others are answered, and the exit code says it."""
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(
        b"price,weight,height,distance,volume,note\n"
        b"50,750,70,1500,700,ok\n"
        b',750,70,1500,700,"two\nlines"\n'
        b"abc,1,1,1,1,\n"
        b"-5,abc,1,1,1,\n"
        b"1e400,1,1,1,1,\n"
        b"1,1,1,1\n"
        b'1,1,1,1,1,"open\n'
        b"1,1,1,1,1,caf\xe9\n"
        b"500,1000,10,1000,1e39,\n"
        b"50,750,70,1500,700,also ok"
    )
    assert predict(source, out, shipping) == SOME_REJECTED == 3
    assert [row["note"] for row in rows_of(out)] == ["ok", "also ok"]
    assert rejects_of(out) == [
        ("3", "price", "is missing"),
        ("5", "price", "'abc' is not a number"),
        ("6", "price", "-5 is under the minimum 0"),
        ("7", "price", "is too large for the model"),
        ("8", "", "has 4 fields, the header 6"),
        ("9", "", "is not CSV: a quote is opened and never closed"),
        ("10", "", "is not valid UTF-8"),
        ("11", "volume", "is too large for the model"),
    ]
    assert "10 rows in, 2 answered, 8 rejected (see " in capsys.readouterr().out


def test_bad_rows_of_json_lines_are_told_one_by_one(tmp_path: Path, rent: Path) -> None:
    """An absent member is a missing value; a string is no number."""
    lines = [
        '{"area": 60, "district": "south", "balance": 1, "age": 4}',
        '{"area": 60, "district": "south", "balance": 1}',
        '{"district": "south", "balance": 1}',
        '{"area": "60", "district": "south", "balance": 1}',
        '{"area": true, "district": "south", "balance": 1}',
        '{"area": 60, "district": "east", "balance": 1}',
        '{"area": 60, "district": null, "balance": 1}',
        '{"area": 0.5, "district": "south", "balance": 1}',
        '{"area": 60, "district": "south", "balance": 1, "age": 501}',
        '{"area": 60, "district": "south", "balance": NaN}',
        "[60]",
        "{",
    ]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    assert predict(source, out, rent) == SOME_REJECTED
    assert len(rows_of(out)) == 2
    assert rejects_of(out) == [
        ("3", "area", "is missing"),
        ("4", "area", "'60' is not a number"),
        ("5", "area", "True is not a number"),
        ("6", "district", "'east' is none of north, south, west"),
        ("7", "district", "is missing"),
        ("8", "area", "0.5 is under the minimum 1"),
        ("9", "age", "501 is over the maximum 500"),
        ("10", "", "is not JSON: NaN is no number"),
        ("11", "", "is not an object"),
        ("12", "", "is not JSON: Expecting property name enclosed in double quotes at character 2"),
    ]


def test_bad_rows_of_parquet_are_told_one_by_one(tmp_path: Path, shipping: Path) -> None:
    """By the number of the row, with the row as JSON."""
    table = shipments(4)
    table[1]["weight"], table[3]["volume"] = None, float("inf")
    source, out = written(tmp_path / "in.parquet", table), tmp_path / "out.parquet"
    assert predict(source, out, shipping, "--rejects", str(tmp_path / "bad.csv")) == SOME_REJECTED
    assert [row["id"] for row in rows_of(out)] == ["r0", "r2"]
    with (tmp_path / "bad.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["line"], first["column"], first["reason"]) == ("2", "weight", "is missing")
    assert json.loads(first["original"]) == table[1]
    assert (second["line"], second["reason"]) == ("4", "is too large for the model")


@pytest.mark.parametrize("kind", KINDS)
def test_no_row_is_lost(tmp_path: Path, shipping: Path, kind: str) -> None:
    """Over several batches, those answered and those rejected make all, in order."""
    table = shipments(12_000)
    for index in range(0, len(table), 1000):
        table[index]["weight"] = -1.0
    source, out = written(tmp_path / f"in.{kind}", table), tmp_path / f"out.{kind}"
    assert predict(source, out, shipping) == SOME_REJECTED
    answered = [row["id"] for row in rows_of(out)]
    assert answered == [f"r{index}" for index in range(12_000) if index % 1000]
    first = 2 if kind == "csv" else 1
    assert [int(line) for line, _, _ in rejects_of(out)] == list(range(first, 12_000 + first, 1000))


def test_a_file_where_nothing_can_be_answered(tmp_path: Path, shipping: Path) -> None:
    """Comes out with its header alone."""
    for kind in KINDS:
        table = [row | {"price": -1.0} for row in shipments()]
        out = tmp_path / f"out.{kind}"
        assert predict(written(tmp_path / f"in.{kind}", table), out, shipping) == SOME_REJECTED
        assert rows_of(out) == []


def test_a_file_without_rows(
    tmp_path: Path, shipping: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is done as soon as it is begun."""
    source = tmp_path / "in.csv"
    source.write_text(",".join(NAMES) + "\n", encoding="utf-8")
    assert predict(source, tmp_path / "out.csv", shipping) == 0
    assert "0 rows in, 0 answered, 0 rejected" in capsys.readouterr().out
    header = (tmp_path / "out.csv").read_text(encoding="utf-8").strip()
    assert header == ",".join([*NAMES, PRICED, f"{PRICED}_low", f"{PRICED}_high"])


def test_rejects_of_an_older_run_do_not_stay(tmp_path: Path, shipping: Path) -> None:
    """They are of rows that are answered now."""
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    assert predict(written(source, [{**shipments()[0], "price": -1}]), out, shipping) == 3
    assert predict(written(source, shipments()), out, shipping) == 0
    assert not out.with_name("out.csv.rejects.csv").exists()
