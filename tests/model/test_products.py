"""The goods of the synthetic market."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.products import Products, draw_products

# Quartiles that a real marketplace publishes of its items.
QUARTILES = {
    "price": (39.95, 74.99, 134.99),
    "weight_g": (300, 700, 1800),
    "height_cm": (8, 13, 20),
    "volume_cm3": (2856, 6480, 18_576),
}
CORRELATIONS = [
    ("weight_g", "volume_cm3", 0.81),
    ("height_cm", "volume_cm3", 0.73),
    ("weight_g", "height_cm", 0.59),
    ("price", "weight_g", 0.35),
    ("price", "height_cm", 0.22),
    ("price", "volume_cm3", 0.30),
]


@pytest.fixture(scope="module")
def goods() -> Products:
    return draw_products(np.random.default_rng(1), 40_000)


@pytest.mark.parametrize("trait", QUARTILES)
def test_quartiles_are_those_of_a_real_marketplace(goods: Products, trait: str) -> None:
    """Within 15 %."""
    quartiles = np.quantile(getattr(goods, trait), [0.25, 0.5, 0.75])
    assert quartiles == pytest.approx(QUARTILES[trait], rel=0.15)


@pytest.mark.parametrize(("one", "other", "expected"), CORRELATIONS)
def test_traits_go_together_as_in_a_real_marketplace(
    goods: Products, one: str, other: str, expected: float
) -> None:
    """Within 0.05."""
    found = np.corrcoef(getattr(goods, one), getattr(goods, other))[0, 1]
    assert found == pytest.approx(expected, abs=0.05)


def test_the_volume_is_a_base_in_whole_centimetres_times_the_height(goods: Products) -> None:
    """And the base is no smaller than the carrier's smallest, 16 by 11 cm."""
    assert not np.any(goods.volume_cm3 % goods.height_cm)
    assert np.all(goods.volume_cm3 // goods.height_cm >= 16 * 11)


def test_sizes_stay_within_what_the_carrier_takes(goods: Products) -> None:
    """50 g to 30 kg, 2 to 105 cm high."""
    assert (goods.weight_g.min(), goods.weight_g.max()) == (50, 30_000)
    assert goods.height_cm.min() >= 2
    assert goods.height_cm.max() <= 105


def test_prices_end_as_shops_like_them(goods: Products) -> None:
    """In .90, .99, .00 or .50, and never at nothing."""
    cents = np.rint(goods.price * 100).astype(int) % 100
    assert set(cents.tolist()) == {0, 50, 90, 99}
    assert goods.price.min() > 0


def test_most_weights_are_round(goods: Products) -> None:
    """Four in five are multiples of 50 g."""
    assert float(np.mean(goods.weight_g % 50 == 0)) == pytest.approx(0.8, abs=0.05)


def test_traits_have_a_heavy_tail(goods: Products) -> None:
    """The mean lies far above the median."""
    traits: list[NDArray[np.number]] = [goods.price, goods.weight_g, goods.volume_cm3]
    for values in traits:
        assert values.mean() > 1.4 * np.median(values)
