"""Errors of estimates against what really came."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.manifest import Scores

Floats = NDArray[np.float32] | NDArray[np.float64]

_DECIMALS = 6


def scores(
    price: Floats, outcome: Floats, low: Floats | None = None, high: Floats | None = None
) -> Scores:
    """The errors of prices against outcomes, and how far an interval held: all of shape (n,).

    Rounded to six decimals, under which the order of a sum would show.
    """
    error = price.astype(np.float64) - outcome
    coverage = width = None
    if low is not None and high is not None:
        coverage = _mean((low <= outcome) & (outcome <= high))
        width = _mean(high.astype(np.float64) - low)
    return Scores(
        mae=_mean(np.abs(error)),
        rmse=round(float(np.sqrt(np.mean(error**2))), _DECIMALS),
        coverage=coverage,
        width=width,
    )


def average(several: Sequence[Scores]) -> Scores:
    """The plain mean of each figure over several parts of the data."""
    return Scores(
        mae=_mean(np.array([s.mae for s in several])),
        rmse=_mean(np.array([s.rmse for s in several])),
        coverage=_mean_of_given([s.coverage for s in several]),
        width=_mean_of_given([s.width for s in several]),
    )


def percent_change(value: float, reference: float) -> float:
    """By how many percent a value lies over a reference; 0 for a reference of 0."""
    return 100 * (value / reference - 1) if reference else 0.0


def _mean(values: NDArray[np.bool_] | Floats) -> float:
    return round(float(np.mean(values)), _DECIMALS)


def _mean_of_given(values: Sequence[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return _mean(np.array(given)) if given else None
