"""Estimates of many rows at once, in columns: for files and for what is measured in training."""

import numpy as np
from numpy.typing import NDArray

from model.cells import Doubles
from model.manifest import Interval
from model.predictor import Predictor

_EXACT = 2.0**51
"""Up to here a float64 tells a half from what is beside it."""


def estimate_columns(predictor: Predictor, rows: NDArray[np.float32]) -> tuple[Doubles, ...]:
    """The price of each of n rows, then low and high where there is an interval: (n,) each.

    To the last bit what `predictor.predict` says of the rows one by one.
    """
    manifest = predictor.manifest
    facts, floor = manifest.booster, manifest.target.minimum
    outputs = np.frombuffer(predictor.outputs(rows), np.float32).reshape(-1, facts.outputs)
    wide = outputs.astype(np.float64)
    price = wide[:, facts.price]
    if floor is not None:
        price = _greatest(price, floor)
    if manifest.interval is None:
        return (price,)
    low = price if facts.low is None else wide[:, facts.low]
    high = price if facts.high is None else wide[:, facts.high]
    with np.errstate(over="ignore", invalid="ignore"):  # Python's floats say nothing of it either
        return price, *_bounds(manifest.interval, floor, price, low, high)


def rounded(values: Doubles, decimals: int) -> Doubles:
    """The values (n,) as Python's `round` rounds them, which numpy's does not.

    A product that is clearly on one side of a half gives the right digits, and digits divided by a
    power of ten the nearest float64 to them. All else is left to `round` itself.
    """
    scale = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        products = values * scale
        digits = np.rint(products)
        doubt = np.abs(np.abs(products - digits) - 0.5) <= np.abs(products) / _EXACT
        clear = ~doubt & (np.abs(products) < _EXACT)
    result: Doubles = digits / scale
    for index in np.flatnonzero(~clear).tolist():
        result[index] = round(float(values[index]), decimals)
    return result


def _bounds(
    interval: Interval, floor: float | None, price: Doubles, low: Doubles, high: Doubles
) -> tuple[Doubles, Doubles]:
    """Around n prices (n,) what `model.interval.bounds_of` puts around one, in the same steps."""
    low, high = _least(low, high), _greatest(high, low)
    unit: Doubles | float = 1.0
    if interval.method == "cqr":
        unit = _greatest(high - low, interval.least_width)
    low = low - interval.low_offset * unit
    high = high + interval.high_offset * unit
    if floor is not None:
        low = _greatest(low, floor)
    return _least(price, low), _greatest(price, high)


def _least(one: Doubles, other: Doubles | float) -> Doubles:
    """As Python's `min`, which for equal values and for NaN gives the first."""
    return np.where(other < one, other, one)


def _greatest(one: Doubles, other: Doubles | float) -> Doubles:
    """As Python's `max`, in the same way."""
    return np.where(other > one, other, one)
