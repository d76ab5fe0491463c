"""Prediction intervals that keep their promise: conformal offsets from a calibration split."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.manifest import Interval

Floats = NDArray[np.float32] | NDArray[np.float64]


def quantile_levels(coverage: float) -> tuple[float, float, float]:
    """The quantiles that a booster learns for an interval of this coverage: low, price, high."""
    tail = (1 - coverage) / 2
    return (round(tail, 6), 0.5, round(1 - tail, 6))


def conformal_offset(scores: Floats, tail: float) -> float:
    """The least offset that at most a `tail` part of new scores exceeds.

    `scores` (n,) says by how much each outcome lay outside its bound (negative: inside). The
    finite-sample rank is ⌈(n + 1)(1 − tail)⌉, as in Romano, Patterson and Candès, "Conformalized
    Quantile Regression" (2019), applied to each side on its own.
    """
    n = len(scores)
    rank = min(int(np.ceil(round((n + 1) * (1 - tail), 9))), n)  # 19.000000000000004 is 19
    return float(np.partition(scores, rank - 1)[rank - 1])


def calibrate_quantiles(low: Floats, high: Floats, outcome: Floats, coverage: float) -> Interval:
    """Offsets for quantile outputs, each array of shape (n,) in the target's unit.

    Outputs that cross are put in order first, as they are when predicting.
    """
    tail = (1 - coverage) / 2
    low, high = np.minimum(low, high), np.maximum(low, high)
    return Interval(
        coverage=coverage,
        method="cqr",
        low_offset=conformal_offset(low - outcome, tail),
        high_offset=conformal_offset(outcome - high, tail),
    )


def calibrate_residuals(price: Floats, outcome: Floats, coverage: float) -> Interval:
    """Offsets around a single output: split-conformal, each side on its own."""
    tail = (1 - coverage) / 2
    return Interval(
        coverage=coverage,
        method="split",
        low_offset=conformal_offset(price - outcome, tail),
        high_offset=conformal_offset(outcome - price, tail),
    )


def bounds(
    interval: Interval, price: float, outputs: Sequence[float], floor: float | None
) -> tuple[float, float]:
    """The interval around one price: it always holds the price and never reaches under `floor`.

    `outputs` are the low and high quantile outputs for "cqr", in either order; for "split" they
    are the price twice.
    """
    low = min(outputs) - interval.low_offset
    high = max(outputs) + interval.high_offset
    if floor is not None and low < floor:
        low = floor
    return min(low, price), max(high, price)
