"""Baselines: what the original project compared itself with, fitted on the same rows.

Predicting the mean; the mean by weight quartile; a linear regression on weight; and plain XGBoost
with that project's settings. A table without a weight uses the feature most correlated with the
target.
"""

from collections.abc import Callable, Mapping

import numpy as np
import xgboost
from numpy.typing import NDArray

from model.boosting import matrix
from model.table import Table

Values = NDArray[np.float32]
Baseline = Callable[[Values], Values]
"""Rows of shape (n, features) in, prices of shape (n,) out."""

MEAN = "mean"
PLAIN = "plain XGBoost (50 trees of depth 6)"
_PLAIN_PARAMETERS = {
    "objective": "reg:squarederror",
    "learning_rate": 0.06,
    "max_depth": 6,
    "verbosity": 0,
}
_PLAIN_TREES = 50


def fit_baselines(table: Table, threads: int = 1) -> Mapping[str, Baseline]:
    """Each baseline's name and the baseline itself, the simplest first."""
    index = leading_feature(table)
    name, values = table.features[index].name, table.x[:, index]
    by_quartile, line = _quartile_means(values, table.y), _line(values, table.y)
    mean = np.float32(table.y.mean())
    return {
        MEAN: lambda x: np.full(len(x), mean),
        f"mean by {name} quartile": lambda x: by_quartile(x[:, index]),
        f"linear regression on {name}": lambda x: line(x[:, index]),
        PLAIN: _plain(table, threads),
    }


def leading_feature(table: Table) -> int:
    """The index of the weight, or else of the feature most correlated with the target."""
    names = [feature.name for feature in table.features]
    return names.index("weight") if "weight" in names else int(np.argmax(correlations(table)))


def correlations(table: Table) -> NDArray[np.float64]:
    """How strongly each feature goes with the target: the size of its correlation (features,).

    0 for one that does not vary, and for a category, whose codes have no order.
    """
    return np.array(
        [
            0.0 if feature.categories else _correlation(values, table.y)
            for feature, values in zip(table.features, table.x.T, strict=True)
        ]
    )


def _correlation(values: Values, y: Values) -> float:
    known = ~np.isnan(values)
    if not known.any():
        return 0.0
    x, y = values[known].astype(np.float64), y[known].astype(np.float64)
    spread = x.std() * y.std()
    return float(abs(np.mean((x - x.mean()) * (y - y.mean())) / spread)) if spread else 0.0


def _quartile_means(values: Values, y: Values) -> Baseline:
    """The target's mean in each quarter of the values; missing ones are a part of their own."""
    known = values[~np.isnan(values)]
    borders = np.quantile(known, (0.25, 0.5, 0.75)) if len(known) else known

    def quarter(x: Values) -> NDArray[np.int64]:
        return np.where(np.isnan(x), 4, np.searchsorted(borders, x, side="right"))

    sums = np.bincount(quarter(values), y, minlength=5)
    counts = np.bincount(quarter(values), minlength=5)
    means = np.where(counts > 0, sums / counts.clip(1), y.mean()).astype(np.float32)
    return lambda x: means[quarter(x)]


def _line(values: Values, y: Values) -> Baseline:
    """The least-squares line; missing values count as the mean."""
    known = ~np.isnan(values)
    middle = float(values[known].mean()) if known.any() else 0.0

    def terms(x: Values) -> NDArray[np.float64]:
        return np.column_stack([np.ones(len(x)), np.where(np.isnan(x), middle, x)])

    slope, *_ = np.linalg.lstsq(terms(values), y.astype(np.float64), rcond=None)
    return lambda x: (terms(x) @ slope).astype(np.float32)


def _plain(table: Table, threads: int) -> Baseline:
    parameters = {**_PLAIN_PARAMETERS, "nthread": threads}
    booster = xgboost.train(parameters, matrix(table, threads), _PLAIN_TREES)
    return lambda x: booster.inplace_predict(x, validate_features=False)
