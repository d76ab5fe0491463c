from api.answers import AnswerWriter
from model import Estimate, Explanation
from tests import bundles

ROW = [50.0, 750.0, 70.0, 1500.0, 700.0]


def test_decimals_are_those_of_the_manifest() -> None:
    """A price is rounded as the manifest says; what it is made of keeps two decimals more."""
    writer = AnswerWriter(bundles.shipping().predictor())
    answer = writer.answer(ROW, Estimate(19.7649, 10.005001, 30.999))
    assert answer["shipping_estimated_price"] == 19.76
    assert answer["interval"] == {"low": 10.01, "high": 31.0, "coverage": 0.9}
    reasons = writer.explanation(Explanation(10.123456, (1.0, 2.0, 3.0, 4.0, -0.358556)))
    assert reasons["baseline"] == 10.1235
    assert reasons["contributions"]["volume"] == -0.3586


def test_all_decimals_without_a_number_of_them() -> None:
    """A manifest that says nothing of decimals keeps them all."""
    writer = AnswerWriter(bundles.quote().predictor())
    assert writer.answer([1.0], Estimate(1 / 3, 0.1, 0.7))["quote"] == 1 / 3
    assert writer.explanation(Explanation(2 / 3, (-1 / 3,))) == {
        "baseline": 2 / 3,
        "contributions": {"x": -1 / 3},
    }


def test_no_interval_where_there_is_none() -> None:
    """Without a calibrated interval the member is there, and null."""
    writer = AnswerWriter(bundles.rent().predictor())
    answer = writer.answer([80.0, 1.0, 0.0, 0.0], Estimate(9.0, None, None))
    assert answer["interval"] is None
    assert answer["warnings"] == []


def test_rounding_keeps_the_price_inside_its_interval() -> None:
    """An interval that is as narrow as can be still holds the rounded price."""
    writer = AnswerWriter(bundles.shipping().predictor())
    for price in (0.005, 1.005, 2.675, 19.995, 0.0):
        answer = writer.answer(ROW, Estimate(price, price, price))
        low, high = answer["interval"]["low"], answer["interval"]["high"]
        assert low <= answer["shipping_estimated_price"] <= high
