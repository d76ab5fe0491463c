"""Reading a folder in the Olist dataset's own layout."""

from pathlib import Path

import numpy as np
import pytest

from model.errors import DataError
from model.features import read_feature_table
from model.olist import Centroids, haversine, read_centroids, read_olist
from tests.tables import SHIPMENTS

FILES = {
    "order_items": """\
order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
o2,1,p1,s1,2018-02-01 10:00:00,99.90,27.65
o1,1,p1,s1,2018-01-01 10:00:00,10.00,5.00
o1,2,p2,s1,2018-01-01 10:00:00,20.00,6.00
o3,1,p1,s1,2018-03-01 10:00:00,30.00,7.00
o4,1,p1,s2,2018-04-01 10:00:00,40.00,8.00
o5,1,p9,s1,2018-04-01 10:00:00,40.00,8.00
""",
    "orders": """\
\ufeff"order_id","customer_id","order_status"
"o1","c1","delivered"
"o2","c2","delivered"
"o3","c1","canceled"
"o4","c1","delivered"
"o5","c1","delivered"
""",
    "customers": "customer_id,customer_zip_code_prefix,customer_city\n"
    'c1,01000,"sao paulo"\nc2,20009,"rio, de janeiro"\n',
    "sellers": "seller_id,seller_zip_code_prefix\ns1,01000\ns2,\n",
    "products": "product_id,product_weight_g,product_length_cm,product_height_cm,product_width_cm\n"
    "p1,500,20,10,15\np2,300,,10,15\n",
    "geolocation": "geolocation_zip_code_prefix,geolocation_lat,geolocation_lng\n"
    "01000,-23,-46\n01000,-25,-48\n20000,-22,-43\n30000,-20,\n",
}


def folder(path: Path, **changes: str) -> Path:
    for name, text in {**FILES, **changes}.items():
        (path / f"olist_{name}_dataset.csv").write_text(text, encoding="utf-8")
    return path


def test_items_of_delivered_orders_become_rows(tmp_path: Path) -> None:
    """Grouped by order, in order of time; the others are counted by their reason."""
    table = read_olist(folder(tmp_path), read_feature_table())
    assert table.y.tolist() == pytest.approx([5.0, 27.65])
    assert table.groups.tolist() == [0, 1]
    assert table.period == ("2018-01-01T10:00:00", "2018-02-01T10:00:00")
    assert table.dropped == {"not delivered": 1, "without dimensions or zip code": 3}


def test_volume_and_distance_are_made_from_the_other_tables(tmp_path: Path) -> None:
    """Length times height times width; great circle between the means of the zip codes' points."""
    table = read_olist(folder(tmp_path), read_feature_table())
    price, weight, height, distance, volume = table.x[1].tolist()
    assert (price, weight, height, volume) == pytest.approx((99.90, 500, 10, 3000))
    a, b = np.array([[-24.0, -47.0]]).T, np.array([[-22.0, -43.0]]).T
    assert distance == pytest.approx(haversine(*a, *b)[0], rel=1e-6)
    assert table.x[0, 3] == 0


def test_an_unknown_zip_code_has_the_coordinates_of_the_nearest_number(tmp_path: Path) -> None:
    """The lower one of two equally near."""
    centroids = read_centroids(folder(tmp_path))
    assert centroids.zips.tolist() == [1000, 20000]
    latitudes, _ = centroids.points(np.array([0.0, 1000, 10500, 10501, 99999]))
    assert latitudes.tolist() == [-24, -24, -24, -22, -22]


def test_one_centroid_is_nearest_to_all() -> None:
    """No matter on which side."""
    one = Centroids(np.array([5.0]), np.array([1.0]), np.array([2.0]))
    assert one.points(np.array([0.0, 5.0, 9.0]))[1].tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("ends", "kilometres"),
    [
        ((0, 0, 0, 180), np.pi * 6371),
        ((0, 0, 90, 0), np.pi * 6371 / 2),
        ((-23.5505, -46.6333, -22.9068, -43.1729), 360.75),  # Sao Paulo to Rio de Janeiro
        ((10, 20, 10, 20), 0),
    ],
)
def test_distances_follow_the_great_circle(ends: tuple[float, ...], kilometres: float) -> None:
    """On a sphere of 6371 km."""
    assert haversine(*(np.array([end]) for end in ends))[0] == pytest.approx(kilometres, abs=0.1)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """Each of the six is needed."""
    (folder(tmp_path) / f"olist_{name}_dataset.csv").unlink()
    with pytest.raises(DataError, match=f"olist_{name}_dataset.csv: no such file"):
        read_olist(tmp_path, read_feature_table())


def test_a_missing_column_is_named_with_its_file(tmp_path: Path) -> None:
    """As in any data file."""
    with pytest.raises(DataError, match=r"olist_orders_dataset.csv: no column 'order_status'"):
        read_olist(folder(tmp_path, orders="order_id,customer_id\n"), read_feature_table())


def test_a_geolocation_without_a_point_is_refused(tmp_path: Path) -> None:
    """There would be no distance at all."""
    empty = FILES["geolocation"].splitlines()[0] + "\n01000,,\n"
    with pytest.raises(DataError, match="no row has a zip code and coordinates"):
        read_olist(folder(tmp_path, geolocation=empty), read_feature_table())


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """With a file that must be in it."""
    with pytest.raises(DataError, match=r"nowhere: no such folder.*olist_order_items_dataset.csv"):
        read_olist(tmp_path / "nowhere", read_feature_table())


def test_a_feature_that_the_folder_does_not_give_is_refused(tmp_path: Path) -> None:
    """With the columns that there are."""
    with pytest.raises(DataError, match=r"no column 'weight_g' is made.*product_weight_g"):
        read_olist(folder(tmp_path), SHIPMENTS)
