"""Prediction intervals that keep their promise: conformal offsets from a calibration split."""

import math

import numpy as np
from numpy.typing import NDArray

from model.manifest import Interval

Floats = NDArray[np.float32] | NDArray[np.float64]

_LEAST_WIDTH_SHARE = 0.05
_LEAST_WIDTH = 1e-6


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


def fewest_scores(coverage: float) -> int:
    """The fewest calibration rows with which an offset can keep the promise of each side."""
    return math.ceil(round(2 / (1 - coverage), 9)) - 1


def calibrate_quantiles(low: Floats, high: Floats, outcome: Floats, coverage: float) -> Interval:
    """Offsets for quantile outputs, each array of shape (n,) in the target's unit.

    Outputs that cross are put in order first, as they are when predicting. The offsets are in
    multiples of the outputs' distance, so that a dear shipment gets more room than a cheap one:
    CQR-r in Sesia and Candès, "A comparison of some conformal quantile regression methods" (2020).
    """
    tail = (1 - coverage) / 2
    low, high = np.minimum(low, high), np.maximum(low, high)
    least = max(_LEAST_WIDTH_SHARE * float(np.median(high - low)), _LEAST_WIDTH)
    width = np.maximum(high - low, least)
    return Interval(
        coverage=coverage,
        method="cqr",
        low_offset=conformal_offset((low - outcome) / width, tail),
        high_offset=conformal_offset((outcome - high) / width, tail),
        least_width=least,
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
