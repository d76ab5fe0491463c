"""The table: the rows of a data file as a model learns from them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow
from numpy.typing import NDArray

from model.columns import codes, group_codes, numbers, times
from model.datafile import read_columns
from model.errors import DataError
from model.features import FeatureTable
from model.manifest import Feature, Target

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows that are whole enough to learn from, the oldest first where they have a time.

    `x` is float32 (n, features) in the feature table's order, NaN where a value is missing, a
    category as its code; `y` float32 (n,) the target; `time` datetime64[us] (n,); `group` int64
    (n,), the same code for rows that belong together, such as the items of one order.
    `dropped` counts the rows left out, by reason.
    """

    features: tuple[Feature, ...]
    target: Target
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    time: NDArray[np.datetime64] | None
    group: Indices | None
    time_column: str | None
    group_column: str | None
    dropped: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.y)

    @property
    def groups(self) -> Indices:
        """One code per row: its group's, or its own number where rows stand alone."""
        return np.arange(len(self)) if self.group is None else self.group

    @property
    def sha256(self) -> str:
        """The hash of the values, whatever kind of file they were read from."""
        digest = hashlib.sha256(repr([f.column for f in self.features]).encode())
        for values in (self.x, self.y, self.time, self.group):
            if values is not None:
                digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

    @property
    def period(self) -> tuple[str | None, str | None]:
        """The first and the last point in time, ISO 8601 to the second."""
        if self.time is None:
            return None, None
        first, last = np.datetime_as_string(self.time[[0, -1]], unit="s").tolist()
        return first, last

    @property
    def dropped_lines(self) -> list[str]:
        """How many rows were left out for each reason, and how to keep them where that can be."""
        advice = {
            _missing(feature): f" (to keep them, write 'missing = true' for the feature "
            f"'{feature.name}' in the feature table)"
            for feature in self.features
        }
        return [
            f"{count:,} rows dropped: {why}{advice.get(why, '')}"
            for why, count in self.dropped.items()
            if count
        ]

    def take(self, rows: Indices | Mask) -> "Table":
        """The table of some of the rows, in the same order."""
        index = np.flatnonzero(rows) if rows.dtype == np.bool_ else np.sort(rows)
        return replace(
            self,
            x=self.x[index],
            y=self.y[index],
            time=None if self.time is None else self.time[index],
            group=None if self.group is None else self.group[index],
        )


def read_table(
    path: Path, wanted: FeatureTable, *, time: str | None = None, group: str | None = None
) -> Table:
    """The table in a CSV, Parquet or JSON lines file.

    Raises `DataError` naming file, column, what was found and what is allowed.
    """
    named = [feature.column for feature in wanted.features] + [wanted.target.column]
    named += [column for column in (time, group) if column is not None]
    columns = read_columns(path, list(dict.fromkeys(named)))
    return build_table(columns, str(path), wanted, time=time, group=group)


def build_table(
    columns: pyarrow.Table,
    source: str,
    wanted: FeatureTable,
    *,
    time: str | None = None,
    group: str | None = None,
    dropped: Mapping[str, int] | None = None,
) -> Table:
    """The table of columns read from `source`; `dropped` are rows that were left out before."""
    x = np.column_stack([_values(columns, source, feature) for feature in wanted.features])
    y = numbers(columns[wanted.target.column], f"{source}, column '{wanted.target.column}'")
    moments = None if time is None else times(columns[time], f"{source}, column '{time}'")
    groups = None if group is None else group_codes(columns[group])
    everything = Table(
        wanted.features, wanted.target, x, y, moments, groups, time, group, dropped or {}
    )
    return _sorted(_whole(everything, source))


def _values(columns: pyarrow.Table, source: str, feature: Feature) -> NDArray[np.float32]:
    place = f"{source}, column '{feature.column}'"
    if feature.categories:
        return codes(columns[feature.column], feature.categories, place)
    return numbers(columns[feature.column], place)


def _whole(table: Table, source: str) -> Table:
    """The rows without a fault; the others counted, each by its first fault."""
    counts = dict(table.dropped)
    keep = np.ones(len(table), dtype=bool)
    for reason, wrong in _faults(table):
        count = int((keep & wrong).sum())
        if count:
            counts[reason] = counts.get(reason, 0) + count
        keep &= ~wrong
    if not keep.any():
        reasons = ", ".join(f"{reason}: {count}" for reason, count in counts.items())
        raise DataError(f"{source}: no usable row is left ({reasons}). Check the columns.")
    return replace(table.take(keep), dropped=counts)


def _faults(table: Table) -> list[tuple[str, Mask]]:
    """Why rows cannot be learnt from: a reason and the rows (n,) that it hits."""
    faults = [(_missing(table.target), np.isnan(table.y))]
    faults += _outside(table.target, table.y)
    for feature, values in zip(table.features, table.x.T, strict=True):
        if not feature.missing:
            faults.append((_missing(feature), np.isnan(values)))
        faults += _outside(feature, values)
    if table.time is not None:
        faults.append((f"{table.time_column} missing", np.isnat(table.time)))
    if table.group is not None:
        faults.append((f"{table.group_column} missing", table.group < 0))
    return faults


def _missing(measure: Feature | Target) -> str:
    return f"{measure.column} missing"


def _outside(measure: Feature | Target, values: NDArray[np.float32]) -> list[tuple[str, Mask]]:
    """Rows outside the hard bounds, which no request may carry nor an answer have."""
    faults = []
    if measure.minimum is not None:
        faults.append((f"{measure.column} under {measure.minimum:g}", values < measure.minimum))
    maximum = measure.maximum if isinstance(measure, Feature) else None
    if maximum is not None:
        faults.append((f"{measure.column} over {maximum:g}", values > maximum))
    return faults


def _sorted(table: Table) -> Table:
    """The rows by time, those of the same time as they stood; groups numbered from the first."""
    time, group = table.time, table.group
    order = np.arange(len(table)) if time is None else np.argsort(time, kind="stable")
    return replace(
        table,
        x=table.x[order],
        y=table.y[order],
        time=None if time is None else time[order],
        group=None if group is None else _renumbered(group[order]),
    )


def _renumbered(group: Indices) -> Indices:
    """The same grouping with codes 0, 1, 2, … by order of appearance."""
    _, first, code = np.unique(group, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[code]
