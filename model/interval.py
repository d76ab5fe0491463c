"""The prediction interval around one price."""

from collections.abc import Sequence

from model.manifest import Interval


def bounds(
    interval: Interval, price: float, outputs: Sequence[float], floor: float | None
) -> tuple[float, float]:
    """The interval around one price: it always holds the price and never reaches under `floor`.

    `outputs` are the low and high quantile outputs for "cqr", in either order; for "split" they
    are the price twice.
    """
    low, high = min(outputs), max(outputs)
    unit = max(high - low, interval.least_width) if interval.method == "cqr" else 1.0
    low -= interval.low_offset * unit
    high += interval.high_offset * unit
    if floor is not None and low < floor:
        low = floor
    return min(low, price), max(high, price)
