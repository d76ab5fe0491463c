"""The synthetic market against the published statistics that it is made after."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from model.errors import DataError
from model.market import MOST_ROWS, Market, generate

SEEDS = (0, 1, 7)

FREIGHT_CORRELATIONS = {
    "price": 0.420,
    "product_weight_g": 0.616,
    "product_height_cm": 0.391,
    "delivery_distance_km": 0.391,
    "product_volume_cm3": 0.583,
}


@cache
def market(seed: int = 0) -> Market:
    """The default sample, made once for all tests."""
    return generate(40_000, seed=seed)


def correlation(of: Market, one: str, other: str) -> float:
    """Pearson's, between two columns."""
    columns = of.columns()
    return float(np.corrcoef(columns[one], columns[other])[0, 1])


@pytest.mark.parametrize("seed", SEEDS)
def test_freight_has_the_published_mean_deviation_and_quartiles(seed: int) -> None:
    """Within 5 %."""
    freight = market(seed).freight_value
    assert freight.mean() == pytest.approx(19.95, rel=0.05)
    assert freight.std() == pytest.approx(15.70, rel=0.05)
    quartiles = np.quantile(freight, [0.25, 0.5, 0.75])
    assert quartiles == pytest.approx([13.08, 16.26, 21.15], rel=0.05)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("column", FREIGHT_CORRELATIONS)
def test_freight_goes_with_each_feature_as_published(seed: int, column: str) -> None:
    """Within 0.05."""
    found = correlation(market(seed), "freight_value", column)
    assert found == pytest.approx(FREIGHT_CORRELATIONS[column], abs=0.05)


@pytest.mark.parametrize(
    "column", ["price", "product_weight_g", "product_height_cm", "product_volume_cm3"]
)
def test_distance_has_nothing_to_do_with_the_product(column: str) -> None:
    """Its correlations are zero within 0.03."""
    assert correlation(market(), "delivery_distance_km", column) == pytest.approx(0, abs=0.03)


def test_distance_has_a_local_and_a_national_hump() -> None:
    """A valley lies between them, and quartiles are within 15 % of 185, 428 and 785 km."""
    distance = market().delivery_distance_km
    near, valley, far = np.histogram(distance, bins=[0, 40, 80, 120, 300, 340])[0][[0, 2, 4]]
    assert near > 1.5 * valley
    assert far > 1.2 * valley
    quartiles = np.quantile(distance, [0.25, 0.5, 0.75])
    assert quartiles == pytest.approx([185, 428, 785], rel=0.15)
    assert distance.max() <= 3500


def test_items_of_an_order_share_date_and_distance_and_mostly_the_product() -> None:
    """One order in eleven has several items."""
    sample = market()
    same = np.diff(sample.order_id) == 0
    assert 0.06 < same.mean() < 0.15
    assert not np.any(np.diff(sample.delivery_distance_km)[same])
    assert not np.any(np.diff(sample.shipping_limit_date)[same].astype(int))
    alike = (np.diff(sample.product_volume_cm3) == 0) & (np.diff(sample.price) == 0)
    assert alike[same].mean() == pytest.approx(0.75, abs=0.03)
    assert np.array_equal(np.unique(sample.order_id), np.arange(1, sample.order_id[-1] + 1))


def test_pieces_of_one_product_in_an_order_cost_the_same_freight() -> None:
    """Nothing random stands between two equal parcels of one order."""
    sample = market()
    equal = np.diff(sample.order_id) == 0
    for values in (sample.price, sample.product_volume_cm3, sample.product_weight_g):
        equal &= np.diff(values) == 0
    assert equal.any()
    assert not np.any(np.diff(sample.freight_value)[equal])


def test_rows_stand_in_the_order_of_time_over_two_growing_years() -> None:
    """The last quarter sells about three times what the first one does."""
    when = market().shipping_limit_date
    assert not np.any(np.diff(when) < np.timedelta64(0, "s"))
    assert when[0] >= np.datetime64("2017-01-01")
    assert when[-1] < np.datetime64("2019-01-01")
    first = np.sum(when < np.datetime64("2017-04-01"))
    last = np.sum(when >= np.datetime64("2018-10-01"))
    assert 2.9 < last / first < 3.5


def test_freight_rises_half_way_with_the_tariff() -> None:
    """Its median by about 7 %, between the months before and after the change."""
    sample = market()
    month = sample.shipping_limit_date.astype("datetime64[M]")
    before = (month >= np.datetime64("2017-07")) & (month < np.datetime64("2018-01"))
    after = (month >= np.datetime64("2018-01")) & (month < np.datetime64("2018-07"))
    change = np.median(sample.freight_value[after]) / np.median(sample.freight_value[before])
    assert 1.04 < change < 1.10


def test_money_has_cents_and_is_never_negative() -> None:
    """A few orders ship for nothing."""
    sample = market()
    for money in (sample.price, sample.freight_value):
        assert np.array_equal(money, np.round(money, 2))
    assert sample.freight_value.min() == 0.0
    assert 0.001 < np.mean(sample.freight_value == 0.0) < 0.006


def test_the_same_seed_gives_the_same_table() -> None:
    """Byte for byte, and another seed another one."""
    once, again, other = (generate(500, seed=seed).columns() for seed in (3, 3, 4))
    assert all(once[name].tobytes() == again[name].tobytes() for name in once)
    assert once["freight_value"].tobytes() != other["freight_value"].tobytes()


def test_the_start_moves_the_dates_and_nothing_else() -> None:
    """The tariff change moves with it."""
    usual, moved = generate(500), generate(500, start=date(2020, 2, 29))
    shift = np.datetime64("2020-02-29") - np.datetime64("2017-01-01")
    assert np.array_equal(moved.shipping_limit_date, usual.shipping_limit_date + shift)
    assert np.array_equal(moved.freight_value, usual.freight_value)


@pytest.mark.parametrize("rows", [1, 2, 999])
def test_there_are_exactly_as_many_rows_as_asked_for(rows: int) -> None:
    """Even where the last order would have gone on."""
    columns = generate(rows).columns()
    assert {values.shape for values in columns.values()} == {(rows,)}


@pytest.mark.parametrize("rows", [0, -5, MOST_ROWS + 1])
def test_a_bad_number_of_rows_is_refused(rows: int) -> None:
    """With the number given and the range allowed."""
    with pytest.raises(DataError, match=rf"rows is {rows}: .* from 1 to 10,000,000 rows"):
        generate(rows)


def test_a_negative_seed_is_refused() -> None:
    """With the seed given."""
    with pytest.raises(DataError, match="seed is -1"):
        generate(10, seed=-1)
