"""The Olist dataset: delivered order items from a folder in its own table layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.compute as pc
from numpy.typing import NDArray

from model.columns import numbers
from model.datafile import read_columns
from model.errors import DataError
from model.features import FeatureTable
from model.table import Table, build_table

Floats = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0
TIME = "shipping_limit_date"
GROUP = "order_id"

_SIZES = ("product_length_cm", "product_height_cm", "product_width_cm")
_GEOLOCATION = "olist_geolocation_dataset.csv"


@dataclass(frozen=True, slots=True)
class Centroids:
    """The mean point of each zip code prefix: ascending `zips`, degrees, all of shape (n,)."""

    zips: Floats
    latitudes: Floats
    longitudes: Floats

    def points(self, zips: Floats) -> tuple[Floats, Floats]:
        """Latitudes and longitudes of `zips` (n,), of the nearest number where one is unknown."""
        right = np.searchsorted(self.zips, zips).clip(0, len(self.zips) - 1)
        left = (right - 1).clip(0)
        nearer = np.abs(self.zips[left] - zips) <= np.abs(self.zips[right] - zips)
        index = np.where(nearer, left, right)
        return self.latitudes[index], self.longitudes[index]


def read_olist(directory: Path, wanted: FeatureTable) -> Table:
    """The table of all delivered items: grouped by order, in order of the shipping limit.

    Adds `delivery_distance_km` and `product_volume_cm3`. Raises `DataError` naming the file that
    is missing or wrong.
    """
    items = _items(directory)
    rows = len(items)
    items = items.filter(pc.equal(items["order_status"], "delivered"))
    dropped = {"not delivered": rows - len(items)}
    items, without = _measured(items, directory)
    if without:
        dropped["without dimensions or zip code"] = without
    _require(items, directory, wanted)
    return build_table(items, str(directory), wanted, time=TIME, group=GROUP, dropped=dropped)


def haversine(
    latitude: Floats, longitude: Floats, other_latitude: Floats, other_longitude: Floats
) -> Floats:
    """The great-circle distances in km between points in degrees, all of shape (n,)."""
    phi, other_phi = np.radians(latitude), np.radians(other_latitude)
    d_phi, d_lambda = other_phi - phi, np.radians(other_longitude - longitude)
    root = np.sin(d_phi / 2) ** 2 + np.cos(phi) * np.cos(other_phi) * np.sin(d_lambda / 2) ** 2
    distances: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(root.clip(0, 1)))
    return distances


def read_centroids(directory: Path) -> Centroids:
    """The centroids from the geolocation table."""
    names = ("zip_code_prefix", "lat", "lng")
    points = _read(directory, _GEOLOCATION, [f"geolocation_{name}" for name in names])
    zips, latitudes, longitudes = (
        _measures(points, directory / _GEOLOCATION, f"geolocation_{name}") for name in names
    )
    known = ~np.isnan(zips + latitudes + longitudes)
    if not known.any():
        raise DataError(f"{directory / _GEOLOCATION}: no row has a zip code and coordinates.")
    unique, index = np.unique(zips[known], return_inverse=True)
    counts = np.bincount(index)
    return Centroids(
        unique,
        np.bincount(index, latitudes[known]) / counts,
        np.bincount(index, longitudes[known]) / counts,
    )


def _items(directory: Path) -> pyarrow.Table:
    """All order items beside what the other tables say of them; null where they say nothing."""
    items = _read(
        directory,
        "olist_order_items_dataset.csv",
        [GROUP, "product_id", "seller_id", TIME, "price", "freight_value"],
    )
    for file, key, columns in (
        ("olist_orders_dataset.csv", GROUP, ["customer_id", "order_status"]),
        ("olist_customers_dataset.csv", "customer_id", ["customer_zip_code_prefix"]),
        ("olist_sellers_dataset.csv", "seller_id", ["seller_zip_code_prefix"]),
        ("olist_products_dataset.csv", "product_id", ["product_weight_g", *_SIZES]),
    ):
        items = _beside(items, _read(directory, file, [key, *columns]), key)
    return items


def _beside(items: pyarrow.Table, other: pyarrow.Table, key: str) -> pyarrow.Table:
    """The items with the columns of another table whose `key` is theirs."""
    index = pc.index_in(items[key], other[key].combine_chunks())
    for name in other.column_names:
        if name != key:
            items = items.append_column(name, other[name].take(index))
    return items


def _measured(items: pyarrow.Table, directory: Path) -> tuple[pyarrow.Table, int]:
    """The items with distance and volume, and how many were left out for want of them."""
    sizes = [_measures(items, directory, name) for name in _SIZES]
    volume = np.prod(sizes, axis=0)
    distance = _distances(items, directory)
    keep = ~np.isnan(volume + distance)
    items = items.append_column("product_volume_cm3", pyarrow.array(volume))
    items = items.append_column("delivery_distance_km", pyarrow.array(distance))
    return items.filter(pyarrow.array(keep)), int((~keep).sum())


def _distances(items: pyarrow.Table, directory: Path) -> Floats:
    centroids = read_centroids(directory)
    ends = [_measures(items, directory, f"{end}_zip_code_prefix") for end in ("seller", "customer")]
    distance = haversine(*centroids.points(ends[0]), *centroids.points(ends[1]))
    return np.where(np.isnan(ends[0] + ends[1]), np.nan, distance)


def _measures(table: pyarrow.Table, place: Path, column: str) -> Floats:
    return numbers(table[column], f"{place}, column '{column}'").astype(np.float64)


def _read(directory: Path, file: str, columns: Sequence[str]) -> pyarrow.Table:
    if not directory.is_dir():
        raise DataError(f"{directory}: no such folder. Name the one that holds {file}.")
    return read_columns(directory / file, columns)


def _require(items: pyarrow.Table, directory: Path, wanted: FeatureTable) -> None:
    columns = [feature.column for feature in wanted.features] + [wanted.target.column]
    missing = next((column for column in columns if column not in items.column_names), None)
    if missing is not None:
        raise DataError(
            f"{directory}: no column '{missing}' is made from an Olist folder; "
            f"there are {', '.join(items.column_names)}. Mend the feature table."
        )
