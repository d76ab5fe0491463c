"""The prediction interval around one price."""

from collections.abc import Callable

from model.manifest import Interval

Bounds = Callable[[float, float, float], tuple[float, float]]
"""From a price and the outer outputs to its interval, see `bounds_of`."""


def bounds_of(interval: Interval, floor: float | None) -> Bounds:
    """What makes the interval around a price: it holds the price and never reaches under `floor`.

    It is given the price, then the low and the high quantile output for "cqr", in either order;
    for "split" they are the price twice.
    """
    low_offset, high_offset = interval.low_offset, interval.high_offset
    least, relative = interval.least_width, interval.method == "cqr"

    def bounds(price: float, low: float, high: float) -> tuple[float, float]:
        if low > high:
            low, high = high, low
        unit = high - low if relative else 1.0
        if relative and unit < least:
            unit = least
        low -= low_offset * unit
        high += high_offset * unit
        if floor is not None and low < floor:
            low = floor
        return min(price, low), max(price, high)

    return bounds
