"""The synthetic carrier's tariff, case by case, computed by hand."""

import math

import numpy as np
import pytest

from model.tariff import AFTER, BEFORE, Parcels, Schedule, Tariff, Zone

CHANGE = np.datetime64("2018-01-01", "s")

TARIFF = Tariff(
    zones=(
        Zone(up_to_km=100, base=5.0, per_kg=1.0),
        Zone(up_to_km=1000, base=10.0, per_kg=2.0),
        Zone(up_to_km=math.inf, base=20.0, per_kg=4.0),
    ),
    ad_valorem=0.01,
    minimum=7.0,
)


def parcel(
    price: float = 0.0, weight_g: float = 0.0, volume_cm3: float = 0.0, distance_km: float = 500.0
) -> Parcels:
    """One parcel; by default weightless, worthless and in the second zone."""
    return Parcels(*(np.array([value]) for value in (price, weight_g, volume_cm3, distance_km)))


def charge(parcels: Parcels) -> float:
    """What the hand-made tariff asks for a single parcel."""
    return float(TARIFF.freight(parcels)[0])


def test_a_dense_parcel_is_billed_by_its_actual_weight() -> None:
    """3 kg against 6,000 cm³ / 6,000 = 1 kg: 10 + 2 x 3."""
    assert charge(parcel(weight_g=3000, volume_cm3=6000)) == pytest.approx(16.0)


def test_a_bulky_parcel_is_billed_by_its_volume() -> None:
    """1 kg against 24,000 cm³ / 6,000 = 4 kg: 10 + 2 x 4."""
    assert charge(parcel(weight_g=1000, volume_cm3=24_000)) == pytest.approx(18.0)


def test_the_price_is_insured_ad_valorem() -> None:
    """1 % of 300 on top of 10 + 2 x 1."""
    assert charge(parcel(price=300, weight_g=1000)) == pytest.approx(15.0)


def test_the_minimum_lifts_a_cheap_charge() -> None:
    """5 + 1 x 0.5 + 1 % of 10 = 5.60 is below 7."""
    assert charge(parcel(price=10, weight_g=500, distance_km=20)) == 7.0


def test_the_minimum_leaves_a_dearer_charge_alone() -> None:
    """5 + 1 x 2.5 is above 7."""
    assert charge(parcel(weight_g=2500, distance_km=20)) == pytest.approx(7.5)


@pytest.mark.parametrize(
    ("distance_km", "expected"),
    [(0.0, 8.0), (100.0, 8.0), (100.1, 16.0), (1000.0, 16.0), (1000.1, 32.0), (9999.0, 32.0)],
)
def test_a_zone_includes_its_upper_end_and_the_last_one_is_open(
    distance_km: float, expected: float
) -> None:
    """3 kg: 5 + 1 x 3, 10 + 2 x 3 and 20 + 4 x 3."""
    assert charge(parcel(weight_g=3000, distance_km=distance_km)) == pytest.approx(expected)


def test_the_second_table_holds_from_the_very_moment_of_the_change() -> None:
    """A second earlier the first table is still asked."""
    dearer = Tariff(zones=(Zone(math.inf, 50.0, 0.0),), ad_valorem=0.0, minimum=0.0)
    schedule = Schedule(TARIFF, dearer, CHANGE)
    parcels = Parcels(*(np.repeat(value, 3) for value in (0.0, 1000.0, 0.0, 500.0)))
    when = CHANGE + np.array([-1, 0, 1], dtype="timedelta64[s]")
    assert schedule.freight(parcels, when).tolist() == pytest.approx([12.0, 50.0, 50.0])


@pytest.mark.parametrize(
    ("tariff", "expected"),
    [
        (BEFORE, [7.60, 12.55 + 1.75 * 2 + 0.02 * 100, 22.85 + 5.70 * 5 + 0.02 * 100]),
        (AFTER, [8.10, 13.45 + 1.90 * 2 + 0.02 * 100, 24.45 + 6.10 * 5 + 0.02 * 100]),
    ],
)
def test_the_published_tables_charge_what_they_say(tariff: Tariff, expected: list[float]) -> None:
    """A light local parcel, a national one by weight, a remote one by volume."""
    parcels = Parcels(
        price=np.array([5.0, 100.0, 100.0]),
        weight_g=np.array([200.0, 2000.0, 2000.0]),
        volume_cm3=np.array([600.0, 6000.0, 30_000.0]),
        distance_km=np.array([10.0, 450.0, 2400.0]),
    )
    assert tariff.freight(parcels).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("tariff", [BEFORE, AFTER])
def test_a_further_zone_is_never_cheaper(tariff: Tariff) -> None:
    """Neither in its base nor by the kilogram, and the zones are in the order of distance."""
    for near, far in zip(tariff.zones, tariff.zones[1:], strict=False):
        assert near.up_to_km < far.up_to_km
        assert near.base < far.base
        assert near.per_kg < far.per_kg


def test_the_change_raises_the_minimum_and_every_zone() -> None:
    """By 4 to 11 %, in bases and by the kilogram."""
    assert AFTER.minimum > BEFORE.minimum
    for before, after in zip(BEFORE.zones, AFTER.zones, strict=True):
        assert before.up_to_km == after.up_to_km
        assert 1.04 < after.base / before.base < 1.11
        assert 1.04 < after.per_kg / before.per_kg < 1.11
