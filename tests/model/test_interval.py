"""Intervals: they hold the price, and as many outcomes as they promise."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from model.conformal import (
    calibrate_quantiles,
    calibrate_residuals,
    conformal_offset,
    quantile_levels,
)
from model.interval import bounds_of
from model.manifest import Interval
from tests.steady import STEADY

numbers = st.floats(-1e6, 1e6)
coverages = st.sampled_from([0.5, 0.8, 0.9, 0.95])


def tail_of(coverage: float) -> float:
    return (1 - coverage) / 2


@pytest.mark.parametrize(
    ("coverage", "levels"),
    [(0.9, (0.05, 0.5, 0.95)), (0.8, (0.1, 0.5, 0.9)), (0.95, (0.025, 0.5, 0.975))],
)
def test_the_levels_are_even(coverage: float, levels: tuple[float, float, float]) -> None:
    """As much under as over, without the dust of binary fractions."""
    assert quantile_levels(coverage) == levels


@STEADY
@given(numbers, st.tuples(numbers, numbers), numbers, numbers, st.none() | numbers)
def test_the_interval_holds_the_price(
    price: float, outputs: tuple[float, float], low: float, high: float, floor: float | None
) -> None:
    """Whatever the outputs and the offsets, and never reaches under the floor."""
    assume(floor is None or price >= floor)
    interval = Interval(coverage=0.9, method="cqr", low_offset=low, high_offset=high)
    found_low, found_high = bounds_of(interval, floor)(price, *outputs)
    assert found_low <= price <= found_high
    assert floor is None or found_low >= floor


@STEADY
@given(numbers, numbers, numbers)
def test_crossing_outputs_are_put_in_order(price: float, one: float, other: float) -> None:
    """The interval is the same whichever of them is called low."""
    interval = Interval(coverage=0.9, method="cqr", low_offset=1.0, high_offset=2.0)
    assert bounds_of(interval, None)(price, one, other) == bounds_of(interval, None)(
        price, other, one
    )


@STEADY
@given(st.lists(numbers, min_size=1, max_size=60), st.floats(0.01, 0.5))
def test_the_offset_is_the_least_that_keeps_the_promise(scores: list[float], tail: float) -> None:
    """With the finite-sample correction: enough scores lie at or under it, and no fewer would do.

    Where there are too few scores for the promise, it is the greatest of them.
    """
    offset = conformal_offset(np.array(scores), tail)
    wanted = math.ceil(round((len(scores) + 1) * (1 - tail), 9))
    assert offset in scores
    if wanted > len(scores):
        assert offset == max(scores)
    else:
        assert sum(score <= offset for score in scores) >= wanted
        assert sum(score < offset for score in scores) < wanted


def test_the_rank_is_exact_where_the_share_is() -> None:
    """19 of 20 with 19 scores is the greatest; with 39, the 38th: not one more for rounding."""
    tail = tail_of(0.9)
    assert conformal_offset(np.arange(1.0, 20.0), tail) == 19
    assert conformal_offset(np.arange(1.0, 40.0), tail) == 38
    assert conformal_offset(np.arange(1.0, 200.0), tail) == 190


@pytest.mark.parametrize("coverage", [0.8, 0.9])
@pytest.mark.parametrize("count", [19, 50, 200])
def test_coverage_is_kept_on_average(coverage: float, count: int) -> None:
    """Over many calibrations of few rows, of a skewed error: at least the nominal share of each
    side, and at most 1 / (n + 1) more (Romano, Patterson and Candès 2019, theorem 1)."""
    random = np.random.default_rng(1)
    low, high = [], []
    for _ in range(1000):
        price = random.normal(100, 30, count + 20)
        outcome = price + random.gumbel(0, 10, count + 20)
        interval = calibrate_residuals(price[:count], outcome[:count], coverage)
        low.append(np.mean(outcome[count:] >= price[count:] - interval.low_offset))
        high.append(np.mean(outcome[count:] <= price[count:] + interval.high_offset))
    for side in (low, high):
        nominal = 1 - tail_of(coverage)
        assert nominal - 0.006 <= np.mean(side) <= nominal + 1 / (count + 1) + 0.006


@STEADY
@given(coverages, st.integers(20, 100), st.integers(0, 10**6))
def test_calibrating_quantiles_repairs_them(coverage: float, count: int, seed: int) -> None:
    """Outputs that are far too narrow, or crossed, hold their share of the calibration rows."""
    assume((count + 1) * tail_of(coverage) >= 1)
    random = np.random.default_rng(seed)
    middle = random.normal(0, 10, count)
    low, high = middle + random.normal(0, 1, count), middle + random.normal(0, 1, count)
    outcome = middle + random.normal(0, 5, count)
    interval = calibrate_quantiles(low, high, outcome, coverage)
    assert (interval.method, interval.coverage) == ("cqr", coverage)
    ends = [bounds_of(interval, None)((a + b) / 2, a, b) for a, b in zip(low, high, strict=True)]
    inside = [start <= y <= end for (start, end), y in zip(ends, outcome, strict=True)]
    assert np.mean(inside) >= coverage


def test_outputs_that_are_too_wide_are_moved_inwards() -> None:
    """The offsets may be negative; they are parts of the outputs' distance."""
    outcome = np.zeros(100)
    interval = calibrate_quantiles(outcome - 5, outcome + 7, outcome, 0.9)
    assert (interval.low_offset, interval.high_offset) == (-5 / 12, -7 / 12)
    assert bounds_of(interval, None)(0.0, -5.0, 7.0) == pytest.approx((0.0, 0.0))


def test_room_grows_with_the_distance_of_the_outputs() -> None:
    """A row whose outputs are ten times as far apart is given ten times as much."""
    interval = Interval(coverage=0.9, method="cqr", low_offset=0.5, high_offset=1.0)
    assert bounds_of(interval, None)(0.5, 0.0, 1.0) == (-0.5, 2.0)
    assert bounds_of(interval, None)(5.0, 0.0, 10.0) == (-5.0, 20.0)


def test_outputs_that_meet_still_get_room() -> None:
    """Their distance counts as a part of the usual one, so that no offset becomes infinite."""
    low = np.array([0.0, 2.0, 4.0, 6.0] * 25)
    interval = calibrate_quantiles(low, low + [0.0, 1.0, 1.0, 1.0] * 25, low + 0.5, 0.9)
    assert interval.least_width == pytest.approx(0.05)
    start, end = bounds_of(interval, None)(0.0, 0.0, 0.0)
    assert start <= 0.5 <= end


def test_each_side_has_its_own_offset() -> None:
    """Costs that run over more than under get more room above."""
    price, outcome = np.zeros(101), np.arange(-20.0, 81.0)
    interval = calibrate_residuals(price, outcome, 0.9)
    assert interval.method == "split"
    assert interval.low_offset < interval.high_offset
