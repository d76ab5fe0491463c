"""Small tables for tests: shipments whose freight is a plain sum and a little noise."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from model.features import FeatureTable
from model.manifest import Feature, Target
from model.table import Table

FEATURES = (
    Feature("weight", "weight_g", "g"),
    Feature("distance", "distance_km", "km"),
    Feature("price", "price", "BRL"),
)
MODES = ("road", "air", "sea")
TARGET = Target("freight", "freight_value", "BRL", "What it costs", decimals=2, minimum=0.0)
SHIPMENTS = FeatureTable(TARGET, FEATURES)


def shipments(rows: int = 200, *, seed: int = 0, in_order: int = 1) -> Table:
    """A table without time; each order has `in_order` rows that follow each other."""
    random = np.random.default_rng(seed)
    x = random.uniform((100, 10, 5), (5000, 2000, 500), (rows, 3)).astype(np.float32)
    y = 5 + x[:, 0] / 250 + x[:, 1] / 100 + random.normal(0, 1, rows)
    group = np.arange(rows) // in_order if in_order > 1 else None
    named = "order" if in_order > 1 else None
    return Table(FEATURES, TARGET, x, y.astype(np.float32), None, group, None, named, {})


def timed(table: Table, days: int = 365) -> Table:
    """The same table with a time, the rows spread evenly over so many days from 2024 on."""
    start, step = np.datetime64("2024-01-01", "us"), np.timedelta64(days * 86_400, "s")
    time = start + np.arange(len(table)) * (step // len(table))
    return replace(table, time=time, time_column="shipped")


def with_modes(table: Table) -> Table:
    """The same table with a category in place of the price; air costs 20 more. Both may miss."""
    x, y = table.x.copy(), table.y.copy()
    x[:, 2] = np.arange(len(table)) % 3
    y += 20 * (x[:, 2] == 1)
    x[::7, 2], x[::5, 0] = np.nan, np.nan
    weight = Feature("weight", "weight_g", "g", missing=True)
    mode = Feature("mode", "mode", categories=MODES, missing=True)
    return replace(table, features=(weight, FEATURES[1], mode), x=x, y=y)


def write_csv(path: Path, table: Table) -> Path:
    """A CSV file of the table, with its group and time where it has them."""
    columns = {f.column: values for f, values in zip(table.features, table.x.T, strict=True)}
    columns[table.target.column] = table.y
    if table.time is not None and table.time_column is not None:
        columns[table.time_column] = table.time
    if table.group is not None and table.group_column is not None:
        columns[table.group_column] = table.group
    lines = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([",".join(columns), *lines]) + "\n", encoding="utf-8")
    return path


def write_features(path: Path) -> Path:
    """A TOML file that names the columns of `shipments`."""
    features = "".join(
        f'[[features]]\nname = "{f.name}"\ncolumn = "{f.column}"\nunit = "{f.unit}"\n'
        for f in FEATURES
    )
    target = f'name = "{TARGET.name}"\ncolumn = "{TARGET.column}"\nunit = "{TARGET.unit}"\n'
    path.write_text(f"[target]\n{target}{features}", encoding="utf-8")
    return path
