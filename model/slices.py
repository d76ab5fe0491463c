"""Slices: how well a trial did in each part of a feature's range."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.manifest import Feature
from model.table import Mask
from model.trial import Trial

SLICES = 6
_CATEGORIES = 10

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of a trial: the model's and the baselines' mean absolute error, and coverage."""

    label: str
    rows: int
    mae: float
    baselines: dict[str, float]
    coverage: float


def feature_slices(trial: Trial, feature: Feature, values: Values) -> list[Slice]:
    """Slices by a feature's values (n,): quantiles of a number, or the commonest categories."""
    parts = _categories(feature, values) if feature.categories else ranges(values, SLICES)
    return [_slice(trial, label, rows) for label, rows in parts]


def price_slices(trial: Trial, count: int = 10) -> list[Slice]:
    """Slices by the predicted price, each with about as many rows."""
    return [_slice(trial, label, rows) for label, rows in ranges(trial.price, count)]


def ranges(values: Values, count: int) -> Iterator[tuple[str, Mask]]:
    """At most `count` ranges with about as many values in each, and the rows (n,) in them."""
    known = values[~np.isnan(values)]
    if len(known):
        inner = np.quantile(known, np.arange(1, count) / count, method="higher")
        borders = np.unique([known.min(), *inner, known.max()])
        for low, high in pairwise(borders):
            last = high == borders[-1]
            rows = (values >= low) & ((values <= high) if last else (values < high))
            yield f"{short(low)}–{short(high)}", rows
        if len(borders) == 1:
            yield short(borders[0]), values == borders[0]
    if np.isnan(values).any():
        yield "missing", np.isnan(values)


def short(value: float) -> str:
    """Three significant digits, thousands as k: 0.35, 12.4, 1.05k."""
    size = abs(value)
    if size >= 1000:
        return f"{value / 1000:.3g}k"
    return f"{value:.3g}"


def _categories(feature: Feature, values: Values) -> Iterator[tuple[str, Mask]]:
    known = values[~np.isnan(values)].astype(np.int64)
    counts = np.bincount(known, minlength=len(feature.categories))
    for code in np.argsort(-counts, kind="stable")[:_CATEGORIES].tolist():
        if counts[code]:
            yield feature.categories[code], values == code
    if np.isnan(values).any():
        yield "missing", np.isnan(values)


def _slice(trial: Trial, label: str, rows: Mask) -> Slice:
    y = trial.table.y[rows]
    inside = (trial.low[rows] <= y) & (y <= trial.high[rows])
    return Slice(
        label=label,
        rows=int(rows.sum()),
        mae=float(np.abs(trial.price[rows] - y).mean()),
        baselines={
            name: float(np.abs(price[rows] - y).mean()) for name, price in trial.baselines.items()
        },
        coverage=float(inside.mean()),
    )
