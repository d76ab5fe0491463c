"""The freight tariff of the synthetic market: what its carrier's published tables charge.

    charge  = base(zone) + per_kg(zone) * billed kg + ad_valorem * price
    freight = the greater of charge and minimum

The zone follows from the distance; the billed weight is the greater of the actual and the
volumetric weight. One table holds until the day of the change, the next from that day on.
All money is in BRL.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CM3_PER_KG = 6000.0
"""Volume that is billed like one kilogram."""


@dataclass(frozen=True)
class Zone:
    """Distances above the zone before it, up to and including `up_to_km`.

    `base` is BRL a parcel, `per_kg` BRL for each billed kilogram.
    """

    up_to_km: float
    base: float
    per_kg: float


@dataclass(frozen=True)
class Parcels:
    """What the carrier sees of each parcel: arrays of one shape, in BRL, g, cm³ and km."""

    price: Floats
    weight_g: Floats
    volume_cm3: Floats
    distance_km: Floats

    def billed_kg(self) -> Floats:
        """The greater of actual and volumetric weight."""
        return np.maximum(self.weight_g / 1000.0, self.volume_cm3 / CM3_PER_KG)


@dataclass(frozen=True)
class Tariff:
    """One published table; its zones are ordered by distance and the last one is open.

    `ad_valorem` is the share of the price that insures the parcel, `minimum` BRL a parcel.
    """

    zones: tuple[Zone, ...]
    ad_valorem: float
    minimum: float

    def freight(self, parcels: Parcels) -> Floats:
        """The charge for each parcel in BRL, not yet rounded."""
        ends = np.array([zone.up_to_km for zone in self.zones])
        zone = np.searchsorted(ends, parcels.distance_km, side="left")
        base = np.array([zone.base for zone in self.zones])[zone]
        per_kg = np.array([zone.per_kg for zone in self.zones])[zone]
        charge = base + per_kg * parcels.billed_kg() + self.ad_valorem * parcels.price
        return np.maximum(charge, self.minimum)


@dataclass(frozen=True)
class Schedule:
    """Two tables: the second holds from the moment `change` on."""

    before: Tariff
    after: Tariff
    change: np.datetime64

    def freight(self, parcels: Parcels, when: NDArray[np.datetime64]) -> Floats:
        """The charge for each parcel, shipped at its `when`, in BRL and not yet rounded."""
        after, before = self.after.freight(parcels), self.before.freight(parcels)
        return np.where(when >= self.change, after, before)


BEFORE = Tariff(
    zones=(
        Zone(up_to_km=50, base=6.45, per_kg=1.00),
        Zone(up_to_km=150, base=9.75, per_kg=1.10),
        Zone(up_to_km=300, base=12.00, per_kg=1.20),
        Zone(up_to_km=600, base=12.55, per_kg=1.75),
        Zone(up_to_km=1000, base=13.15, per_kg=2.60),
        Zone(up_to_km=1800, base=14.95, per_kg=3.85),
        Zone(up_to_km=math.inf, base=22.85, per_kg=5.70),
    ),
    ad_valorem=0.02,
    minimum=7.60,
)
"""The table in force when the market opens."""

AFTER = Tariff(
    zones=(
        Zone(up_to_km=50, base=6.90, per_kg=1.10),
        Zone(up_to_km=150, base=10.45, per_kg=1.20),
        Zone(up_to_km=300, base=12.85, per_kg=1.30),
        Zone(up_to_km=600, base=13.45, per_kg=1.90),
        Zone(up_to_km=1000, base=14.05, per_kg=2.80),
        Zone(up_to_km=1800, base=16.00, per_kg=4.10),
        Zone(up_to_km=math.inf, base=24.45, per_kg=6.10),
    ),
    ad_valorem=0.02,
    minimum=8.10,
)
"""The table from the change on: about 7 % dearer in every zone."""
