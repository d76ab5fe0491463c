"""The verb `sample`."""

import argparse
import csv
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from model.errors import DataError
from model.market import generate
from model.sampling import add_arguments, run, write_market

COLUMNS = [
    "order_id",
    "shipping_limit_date",
    "price",
    "product_weight_g",
    "product_height_cm",
    "delivery_distance_km",
    "product_volume_cm3",
    "freight_value",
]


def sample(*arguments: str | Path) -> int:
    """Run the verb as its command line does."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args([str(argument) for argument in arguments]))


def test_a_csv_file_has_named_columns_and_iso_times(tmp_path: Path) -> None:
    """Every value reads back as the market has it."""
    out = tmp_path / "market.csv"
    assert sample(out, "--rows", "50", "--seed", "2") == 0
    with out.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    market = generate(50, seed=2)
    assert b"\r" not in out.read_bytes()
    assert header == COLUMNS
    assert [datetime.fromisoformat(row[1]) for row in rows] == market.shipping_limit_date.tolist()
    for place, name in enumerate(COLUMNS):
        if name != "shipping_limit_date":
            assert [float(row[place]) for row in rows] == market.columns()[name].tolist()


def test_a_parquet_file_has_the_same_columns(tmp_path: Path) -> None:
    """With times as timestamps."""
    out = tmp_path / "market.PARQUET"
    assert sample(out, "--rows", "50", "--seed", "2") == 0
    table = pyarrow.parquet.read_table(out)
    assert table.column_names == COLUMNS
    assert pyarrow.types.is_timestamp(table.schema.field("shipping_limit_date").type)
    for name, values in generate(50, seed=2).columns().items():
        assert np.array_equal(table[name].to_numpy(), values)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    """A second run replaces the file by an equal one."""
    out = tmp_path / f"market{suffix}"
    sample(out, "--rows", "200")
    first = out.read_bytes()
    sample(out, "--rows", "200")
    assert out.read_bytes() == first


def test_one_line_says_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows, period and the mean of the freight."""
    out = tmp_path / "market.csv"
    sample(out, "--rows", "2000", "--start", "2020-03-01")
    market = generate(2000, start=date(2020, 3, 1))
    first, last = market.shipping_limit_date[[0, -1]].tolist()
    assert capsys.readouterr().out == (
        f"{out}: 2,000 rows from {first:%Y-%m-%d} to {last:%Y-%m-%d}, "
        f"freight mean {market.freight_value.mean():.2f} BRL\n"
    )


@pytest.mark.parametrize("name", ["market.json", "market"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    """And nothing is written."""
    with pytest.raises(DataError, match=r"use one of \.csv, \.parquet"):
        write_market(generate(1), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["market.csv", "market.parquet"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    """With the reason and what to check."""
    out = tmp_path / "missing" / name
    with pytest.raises(DataError, match=r"missing.*: cannot be written: No such file.* Check"):
        write_market(generate(1), out)


def test_a_start_that_is_no_date_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """The message shows how a date looks."""
    with pytest.raises(SystemExit) as exit_:
        sample("market.csv", "--start", "2017-13-01")
    assert exit_.value.code == 2
    assert "'2017-13-01' is not a date such as 2017-01-31" in capsys.readouterr().err


def test_a_csv_file_needs_no_pyarrow(tmp_path: Path) -> None:
    """The library is loaded only where a Parquet file is asked for."""
    out = tmp_path / "market.csv"
    script = (
        "import sys; from model.__main__ import main; "
        f"code = main(['sample', {str(out)!r}, '--rows', '5']); "
        "sys.exit(code or 'pyarrow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert out.is_file()
