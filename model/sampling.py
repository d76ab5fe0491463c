"""The verb `sample`: rows of the synthetic market in a file."""

import argparse
import csv
from datetime import date
from pathlib import Path

import numpy as np

from model.errors import DataError
from model.market import DEFAULT_START, Market, generate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.add_argument("out", type=Path, metavar="OUT", help="the file to write: .csv or .parquet")
    parser.add_argument("--rows", type=int, default=40_000, metavar="N",
                        help="items, of one order or several (default: %(default)s)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, metavar="N",
                        help="the same seed, the same rows (default: %(default)s)")  # fmt: skip
    parser.add_argument("--start", type=_day, default=DEFAULT_START, metavar="DATE",
                        help="first of the two years (default: %(default)s)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Sample, write and say in one line what was written."""
    market = generate(args.rows, seed=args.seed, start=args.start)
    write_market(market, args.out)
    print(f"{args.out}: {described(market)}")
    return 0


def write_market(market: Market, out: Path) -> None:
    """Write a CSV or Parquet file, by the suffix; one that exists is replaced.

    Raises `DataError` for another suffix or a place that cannot be written.
    """
    writer = _WRITERS.get(out.suffix.lower())
    if writer is None:
        raise DataError(
            f"{out}: the suffix '{out.suffix}' is not known; use one of {', '.join(_WRITERS)}."
        )
    try:
        writer(market, out)
    except OSError as error:
        raise DataError(
            f"{out}: cannot be written: {error.strerror}. Check the folder and its permissions."
        ) from error


def described(market: Market) -> str:
    """Rows, period and mean freight in one line."""
    first, last = market.shipping_limit_date[[0, -1]].astype("datetime64[D]")
    freight = market.freight_value
    return f"{freight.size:,} rows from {first} to {last}, freight mean {freight.mean():.2f} BRL"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date such as 2017-01-31") from None


def _write_csv(market: Market, out: Path) -> None:
    columns = market.columns()
    dates = np.datetime_as_string(market.shipping_limit_date)
    columns["shipping_limit_date"] = dates
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))


def _write_parquet(market: Market, out: Path) -> None:
    import pyarrow  # noqa: PLC0415 - heavy, and a CSV file does without it
    import pyarrow.parquet  # noqa: PLC0415 - the same

    with out.open("wb") as file:
        pyarrow.parquet.write_table(pyarrow.table(market.columns()), file)


_WRITERS = {".csv": _write_csv, ".parquet": _write_parquet}
