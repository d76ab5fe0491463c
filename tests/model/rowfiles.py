"""Files of rows for tests: written, priced and read again, of every kind."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from model.__main__ import main

NAMES = ("price", "weight", "height", "distance", "volume")
PRICED = "shipping_estimated_price"
KINDS = ("csv", "jsonl", "ndjson", "parquet")
Table = list[dict[str, Any]]


def shipments(count: int = 3) -> Table:
    """Rows that are all right, with a text beside them."""
    return [
        {"id": f"r{n}", "price": 50.0 + n, "weight": 750.0, "height": 7.25, "distance": 1500.0,
         "volume": 700.0}
        for n in range(count)
    ]  # fmt: skip


def written(path: Path, table: Table) -> Path:
    """A file of the kind that the suffix says."""
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(table), path)
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, list(table[0]))
            lines.writeheader()
            lines.writerows(table)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in table), encoding="utf-8")
    return path


def rows_of(path: Path) -> Table:
    """The rows of a file, the numbers of a CSV as numbers."""
    if path.suffix == ".parquet":
        return list(pyarrow.parquet.read_table(path).to_pylist())
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix != ".csv":
            return [json.loads(line) for line in file]
        return [{key: _value(text) for key, text in row.items()} for row in csv.DictReader(file)]


def _value(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def predict(source: Path, out: Path, directory: Path, *options: str) -> int:
    return main(["predict", str(source), str(out), "--bundle", str(directory), *options])


def rejects_of(out: Path) -> list[tuple[str, str, str]]:
    with out.with_name(f"{out.name}.rejects.csv").open(encoding="utf-8", newline="") as file:
        return [(row["line"], row["column"], row["reason"]) for row in csv.DictReader(file)]
