"""The goods of the synthetic market: price, weight, height and volume, drawn together.

Each trait is a skewed lognormal, `median * exp(spread * (exp(skew * z) - 1) / skew)` (Tukey's g
transform of a standard normal `z`), kept between the carrier's limits. The four `z` are jointly
normal with `_CORRELATION`. Medians, spreads and correlations follow the published summary of a
real marketplace (see `model.market`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.tariff import Floats


@dataclass(frozen=True)
class Trait:
    """How one property of a product spreads; `low` and `high` are in the property's unit."""

    median: float
    spread: float
    skew: float
    low: float
    high: float

    def values(self, z: Floats) -> Floats:
        """Standard normal draws turned into the property's unit."""
        skewed = np.expm1(self.skew * z) / self.skew
        return np.clip(self.median * np.exp(self.spread * skewed), self.low, self.high)


_PRICE = Trait(median=72.0, spread=0.88, skew=0.15, low=2.0, high=4000.0)
"""BRL."""
_WEIGHT = Trait(median=720.0, spread=1.40, skew=0.06, low=50.0, high=30_000.0)
"""Grams; the carrier takes up to 30 kg."""
_HEIGHT = Trait(median=12.7, spread=0.69, skew=0.06, low=2.0, high=105.0)
"""Centimetres."""
_VOLUME = Trait(median=7200.0, spread=1.42, skew=-0.15, low=352.0, high=240_000.0)
"""Cubic centimetres, before the sides are rounded to whole centimetres."""

_CORRELATION = (
    (1.00, 0.52, 0.34, 0.45),
    (0.52, 1.00, 0.70, 0.89),
    (0.34, 0.70, 1.00, 0.79),
    (0.45, 0.89, 0.79, 1.00),
)
"""Of the normal draws behind price, weight, height and volume."""

_LENGTH_CM = (16.0, 105.0)
_WIDTH_CM = (11.0, 105.0)
"""The shortest and longest sides of the base that the carrier takes."""

_ELONGATION = 0.35
"""Spread of the logarithm of half the ratio of length to width."""

_PRICE_ENDINGS = (0.90, 0.99, 0.00, 0.50)
_ENDING_SHARES = (0.45, 0.22, 0.28, 0.05)

_ROUND_WEIGHT_SHARE = 0.8
"""Of the products from 75 g up: weighed in steps of 50 g; the others to the gram."""


@dataclass(frozen=True)
class Products:
    """Arrays of one shape: BRL with two decimals, whole grams, whole cm, whole cm³."""

    price: Floats
    weight_g: NDArray[np.int64]
    height_cm: NDArray[np.int64]
    volume_cm3: NDArray[np.int64]


def draw_products(rng: np.random.Generator, count: int) -> Products:
    """`count` independent products."""
    z = rng.standard_normal((count, 4)) @ np.linalg.cholesky(_CORRELATION).T
    height = np.rint(_HEIGHT.values(z[:, 2]))
    base = _base_area(rng, _VOLUME.values(z[:, 3]) / height)
    return Products(
        price=_shelf_price(rng, _PRICE.values(z[:, 0])),
        weight_g=_scale_weight(rng, _WEIGHT.values(z[:, 1])).astype(np.int64),
        height_cm=height.astype(np.int64),
        volume_cm3=(base * height).astype(np.int64),
    )


def _base_area(rng: np.random.Generator, area: Floats) -> Floats:
    """Length times width in cm², both whole centimetres within the carrier's limits."""
    stretch = np.exp(_ELONGATION * np.abs(rng.standard_normal(area.size)))
    length: Floats = np.clip(np.rint(np.sqrt(area * stretch)), *_LENGTH_CM)
    width: Floats = np.clip(np.rint(np.sqrt(area / stretch)), *_WIDTH_CM)
    return length * width


def _shelf_price(rng: np.random.Generator, price: Floats) -> Floats:
    """Prices with the endings that shops like: x.90, x.99, x.00, x.50."""
    ending = rng.choice(_PRICE_ENDINGS, size=price.size, p=_ENDING_SHARES)
    shelf: Floats = np.round(np.floor(price) + ending, 2)
    return shelf


def _scale_weight(rng: np.random.Generator, grams: Floats) -> Floats:
    """Whole grams, most of them in steps of 50."""
    coarse = (rng.random(grams.size) < _ROUND_WEIGHT_SHARE) & (grams >= 75.0)
    return np.where(coarse, np.rint(grams / 50.0) * 50.0, np.rint(grams))
