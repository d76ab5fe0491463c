"""The prediction interval around one price."""

from model.manifest import Interval


def bounds(
    interval: Interval, price: float, outputs: tuple[float, float], floor: float | None
) -> tuple[float, float]:
    """The interval around one price: it always holds the price and never reaches under `floor`.

    `outputs` are the low and high quantile outputs for "cqr", in either order; for "split" they
    are the price twice.
    """
    low, high = outputs
    if low > high:
        low, high = high, low
    unit = 1.0
    if interval.method == "cqr":
        unit = max(interval.least_width, high - low)
    low -= interval.low_offset * unit
    high += interval.high_offset * unit
    if floor is not None and low < floor:
        low = floor
    return min(price, low), max(price, high)
