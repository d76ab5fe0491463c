"""A synthetic freight market, from which the embedded model is trained.

Orders arrive over two years in growing number. Each is shipped over a local or a national
distance and holds one or several products. The carrier measures each parcel, which is not always
what the catalogue says, and charges it by the tariff in force (`model.tariff`); the route makes
that a little dearer or cheaper, and the marketplace pays a part of some orders.

The constants are fitted to published summaries of the Brazilian E-Commerce Public Dataset by
Olist: freight mean 19.95 and deviation 15.70 BRL, quartiles 13.08 / 16.26 / 21.15, correlation of
freight with price 0.42, weight 0.62, height 0.39, distance 0.39 and volume 0.58. No row of it is
used.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import DataError
from model.products import Products, draw_products
from model.tariff import AFTER, BEFORE, Floats, Parcels, Schedule

DEFAULT_START = date(2017, 1, 1)
PERIOD_DAYS = 730
TARIFF_CHANGE_DAY = 365
"""Orders shipped this many days after the start, or later, pay by the new table."""

MOST_ROWS = 10_000_000

_GROWTH = 4.0
"""Orders a day at the end of the period for each one at its start; linear in between."""

_ITEM_COUNTS = (1, 2, 3, 4)
_ITEM_COUNT_SHARES = (0.91, 0.07, 0.015, 0.005)
_SAME_PRODUCT_SHARE = 0.75
"""Of the further items of an order: another piece of the item before."""

_LOCAL_SHARE = 0.17
_LOCAL_KM, _LOCAL_SPREAD = 28.0, 0.90
_NATIONAL_KM, _NATIONAL_SPREAD = 530.0, 0.80
_FURTHEST_KM = 3500.0
"""Distance is a mixture of two lognormals (median, spread), folded back at the furthest."""

_MISSTATED_SHARE = 0.40
_MISSTATED_SPREAD, _STATED_SPREAD = 1.08, 0.10
"""Share of products that the catalogue states badly; how far the logarithm of measured to stated
spreads for them and for the others."""
_PACKED_VOLUME = 0.62
"""Median of the measured volume to the stated one, whose box is generous."""
_MOST_BILLED_G, _MOST_BILLED_CM3 = 35_000.0, 200_000.0

_ROUTE_SPREAD = 0.05
"""Standard deviation of the logarithm of what a route costs against the tariff."""
_SUBSIDY_SHARE = 0.20
_SUBSIDY = (0.10, 0.60)
"""Share of orders, and the least and greatest part of their freight that the marketplace pays."""
_FREE_SHARE = 0.003
"""Share of orders that are shipped for nothing."""


@dataclass(frozen=True)
class Market:
    """One row an item, in the order of time; every array has the shape (rows,).

    The fields are the columns of the data file: money in BRL with two decimals, whole grams,
    centimetres and cubic centimetres, kilometres with one decimal, `shipping_limit_date` as
    datetime64[s]. Items of one order share `order_id`, the date and the distance.
    """

    order_id: NDArray[np.int64]
    shipping_limit_date: NDArray[np.datetime64]
    price: Floats
    product_weight_g: NDArray[np.int64]
    product_height_cm: NDArray[np.int64]
    delivery_distance_km: Floats
    product_volume_cm3: NDArray[np.int64]
    freight_value: Floats

    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays by column name, in the order of the file."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def generate(rows: int, seed: int = 0, start: date = DEFAULT_START) -> Market:
    """A market of exactly `rows` items; the same arguments give the same arrays.

    Raises `DataError` for a number of rows outside 1 to `MOST_ROWS` or a negative seed.
    """
    _check(rows, seed)
    rng = np.random.Generator(np.random.PCG64(seed))
    order = _orders(rng, rows)
    product = _products(rng, order)
    orders = int(order[-1]) + 1
    goods = draw_products(rng, int(product[-1]) + 1)
    weight, volume = (values[product] for values in _measured(rng, goods))
    when = _dates(rng, orders, start)[order]
    distance = _distances(rng, orders)[order]
    paid = _paid_share(rng, orders)[order]
    parcels = Parcels(goods.price[product], weight, volume, distance)
    return Market(
        order_id=order + 1,
        shipping_limit_date=when,
        price=parcels.price,
        product_weight_g=goods.weight_g[product],
        product_height_cm=goods.height_cm[product],
        delivery_distance_km=distance,
        product_volume_cm3=goods.volume_cm3[product],
        freight_value=np.round(_schedule(start).freight(parcels, when) * paid, 2),
    )


def _check(rows: int, seed: int) -> None:
    if not 1 <= rows <= MOST_ROWS:
        raise DataError(f"rows is {rows}: a sample has from 1 to {MOST_ROWS:,} rows.")
    if seed < 0:
        raise DataError(f"seed is {seed}: use 0 or a positive whole number.")


def _schedule(start: date) -> Schedule:
    return Schedule(BEFORE, AFTER, np.datetime64(start) + np.timedelta64(TARIFF_CHANGE_DAY, "D"))


def _orders(rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """The order of each row, counted from 0; the last order is cut to fit."""
    items = rng.choice(_ITEM_COUNTS, size=rows, p=_ITEM_COUNT_SHARES)
    return np.repeat(np.arange(rows), items)[:rows]


def _products(rng: np.random.Generator, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The product of each row, counted from 0; no two orders share one."""
    further = np.diff(order, prepend=-1) == 0
    same = further & (rng.random(order.size) < _SAME_PRODUCT_SHARE)
    return np.cumsum(~same) - 1


def _measured(rng: np.random.Generator, goods: Products) -> tuple[Floats, Floats]:
    """The weight in g and volume in cm³ of each product as the carrier bills them."""
    count = goods.price.size
    misstated = rng.random(count) < _MISSTATED_SHARE
    spread = np.where(misstated, _MISSTATED_SPREAD, _STATED_SPREAD)
    error = np.exp(spread * np.clip(rng.standard_normal(count), -2.0, 2.0))
    weight = np.minimum(goods.weight_g * error, _MOST_BILLED_G)
    volume = np.minimum(goods.volume_cm3 * error * _PACKED_VOLUME, _MOST_BILLED_CM3)
    return weight, volume


def _dates(rng: np.random.Generator, orders: int, start: date) -> NDArray[np.datetime64]:
    """When each order ships, ascending."""
    share = np.sort(rng.random(orders))
    slope = _GROWTH - 1.0
    # The inverse of the distribution whose density rises linearly from 1 to _GROWTH.
    time = (np.sqrt(1.0 + share * slope * (2.0 + slope)) - 1.0) / slope
    seconds = np.floor(time * PERIOD_DAYS * 86_400.0).astype(np.int64)
    return np.datetime64(start, "s") + seconds.astype("timedelta64[s]")


def _distances(rng: np.random.Generator, orders: int) -> Floats:
    """Kilometres between seller and customer of each order."""
    local = rng.random(orders) < _LOCAL_SHARE
    median = np.where(local, _LOCAL_KM, _NATIONAL_KM)
    spread = np.where(local, _LOCAL_SPREAD, _NATIONAL_SPREAD)
    km = median * np.exp(spread * rng.standard_normal(orders))
    folded: Floats = np.round(np.minimum(km, _FURTHEST_KM**2 / km), 1)
    return folded


def _paid_share(rng: np.random.Generator, orders: int) -> Floats:
    """What the customer of each order pays for each BRL of the tariff."""
    route = np.exp(_ROUTE_SPREAD * rng.standard_normal(orders))
    subsidised = rng.random(orders) < _SUBSIDY_SHARE
    subsidy = np.where(subsidised, rng.uniform(*_SUBSIDY, orders), 0.0)
    free = rng.random(orders) < _FREE_SHARE
    return np.where(free, 0.0, route * (1.0 - subsidy))
