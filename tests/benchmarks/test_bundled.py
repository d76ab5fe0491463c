"""The model that is measured: found where the service finds it, and asked in its own words."""

import math
import os

import pytest

from api.settings import PREFIX, read_settings
from benchmarks.bundled import EMBEDDED, served
from tests import bundles
from tests.bundles import Bundle


def test_it_is_the_one_that_the_service_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the same variable, and the embedded one without it."""
    assert served().directory == read_settings(os.environ).bundle != EMBEDDED
    monkeypatch.delenv(f"{PREFIX}BUNDLE")
    assert served().directory == read_settings(os.environ).bundle == EMBEDDED


@pytest.mark.parametrize("model", [bundles.shipping, bundles.rent], indirect=True)
def test_a_product_and_its_row_are_the_same(model: Bundle) -> None:
    """The golden rows too, each of which has the price that the model gives it."""
    predictor, found = model.predictor(), served()
    for row, price in found.golden:
        again = found.row(found.product(row))
        assert again == row
        assert predictor.predict(again).price == price


@pytest.mark.parametrize("model", [bundles.rent], indirect=True)
def test_a_category_has_its_label_and_what_is_missing_is_left_out() -> None:
    """And comes back as its code and as NaN."""
    product = served().product([60.0, None, 2.0, 1.0])
    assert product == {"area": 60.0, "district": "west", "balance": 1.0}
    area, age, district, balance = served().row(product)
    assert (area, district, balance) == (60.0, 2.0, 1.0)
    assert math.isnan(age)


@pytest.mark.parametrize(
    ("model", "price"), [(bundles.shipping, 1.23), (bundles.rent, 1.2345)], indirect=["model"]
)
@pytest.mark.usefixtures("model")
def test_a_price_is_rounded_as_it_is_answered(price: float) -> None:
    """Or not at all."""
    assert served().rounded(1.2345) == price
