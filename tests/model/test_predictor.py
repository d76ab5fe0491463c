"""The predictor: prices, intervals, reasons and warnings of one booster."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from model.manifest import Manifest
from model.predictor import Predictor
from model.walk import open_walk
from tests import bundles
from tests.bundles import Bundle
from tests.steady import STEADY

MAKERS = [bundles.shipping, bundles.rent, bundles.quote]
shipments = st.tuples(
    st.floats(0, 6000), st.floats(0, 40000), st.floats(0, 120), st.floats(0, 5000),
    st.floats(0, 400000),
)  # fmt: skip


def rows_of(whole: Bundle) -> list[list[float]]:
    """The golden rows, as a request gives them."""
    return [[math.nan if v is None else v for v in golden.row] for golden in whole.manifest.golden]


def with_target_minimum(whole: Bundle, minimum: float) -> Predictor:
    target = replace(whole.manifest.target, minimum=minimum)
    return Bundle(replace(whole.manifest, target=target), whole.model).predictor()


def stub(manifest: Manifest, margins: list[float]) -> Predictor:
    """A predictor whose booster says only these contributions, the last one the bias."""

    class Stub(Predictor):
        def _contributions(self, row: object) -> list[float]:
            del row
            return margins

    return Stub(bundles.quote().model, manifest)


def linked(link: str, minimum: float | None) -> Manifest:
    manifest = bundles.quote().manifest
    return replace(
        manifest,
        booster=replace(manifest.booster, link=link),
        target=replace(manifest.target, minimum=minimum),
    )


@pytest.mark.parametrize("make", MAKERS)
def test_one_row_and_many_agree(
    make: Callable[[], Bundle], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last bit, in the order of the rows, with the walk and without it."""
    predictor, rows = make().predictor(), rows_of(make())
    single = [predictor.predict(row) for row in rows]
    for walk in (open_walk, lambda *_: None):
        monkeypatch.setattr("model.predictor.open_walk", walk)
        assert make().predictor().predict_rows(rows) == single
        assert make().predictor().predict_rows([]) == []


@STEADY
@given(shipments)
def test_the_interval_holds_the_price(row: tuple[float, ...]) -> None:
    """And is not under the target's minimum, inside the training range and outside."""
    estimate = bundles.shipping().predictor().predict(row)
    assert estimate.low is not None
    assert estimate.high is not None
    assert 0 <= estimate.low <= estimate.price <= estimate.high


def test_without_calibration_there_is_no_interval() -> None:
    """Neither side of it."""
    estimate = bundles.rent().predictor().predict(rows_of(bundles.rent())[0])
    assert estimate.low is estimate.high is None


def test_a_price_is_raised_to_the_targets_minimum() -> None:
    """With its interval."""
    plain = bundles.quote().predictor()
    row = min(([float(x)] for x in range(0, 1000, 50)), key=lambda r: plain.predict(r).price)
    assert plain.predict(row).price < 0
    raised = with_target_minimum(bundles.quote(), 0.0).predict(row)
    assert (raised.price, raised.low) == (0.0, 0.0)


@STEADY
@given(shipments)
def test_contributions_sum_to_the_price(row: tuple[float, ...]) -> None:
    """With an identity link, far under a cent."""
    predictor = bundles.shipping().predictor()
    why = predictor.explain(row)
    assert len(why.contributions) == 5
    total = why.baseline + math.fsum(why.contributions)
    assert total == pytest.approx(predictor.predict(row).price, abs=1e-3)


@STEADY
@given(
    st.floats(1, 300), st.none() | st.floats(0, 300), st.sampled_from([0.0, 1.0, 2.0]),
    st.floats(-50, 400),
)  # fmt: skip
def test_contributions_sum_to_the_price_of_a_log_link(
    area: float, age: float | None, district: float, balance: float
) -> None:
    """In the target's unit, with a category and a value that may be missing."""
    predictor = bundles.rent().predictor()
    row = (area, math.nan if age is None else age, district, balance)
    why = predictor.explain(row)
    total = why.baseline + math.fsum(why.contributions)
    assert total == pytest.approx(predictor.predict(row).price, rel=1e-4)


@STEADY
@given(st.floats(0, 1000), st.floats(-400, 800))
def test_contributions_sum_to_a_raised_price(x: float, minimum: float) -> None:
    """Whether the price, the baseline or both were raised."""
    predictor = with_target_minimum(bundles.quote(), minimum)
    why = predictor.explain([x])
    total = why.baseline + math.fsum(why.contributions)
    assert total == pytest.approx(predictor.predict([x]).price, abs=1e-3)
    assert why.baseline >= minimum


def test_contributions_that_cancel_each_other_are_still_told() -> None:
    """Two reasons of the same size against each other are not nothing."""
    identity = stub(linked("identity", None), [3.0, -3.0, 10.0]).explain([0.0])
    assert identity.contributions == (3.0, -3.0)
    logarithm = stub(linked("log", None), [1.0, -1.0, 2.0]).explain([0.0])
    assert logarithm.contributions == pytest.approx((math.exp(2), -math.exp(2)))


def test_nothing_is_told_where_both_ends_are_raised() -> None:
    """A price that is the minimum whatever comes has no reasons; half raised, the rest of them."""
    nothing = stub(linked("identity", 0.0), [2.0, -5.0, -1.0]).explain([0.0])
    assert (nothing.baseline, nothing.contributions) == (0.0, (0.0, 0.0))
    half = stub(linked("identity", 0.0), [2.0, -22.0, 10.0]).explain([0.0])
    assert half.contributions == (1.0, -11.0)


def test_warnings_name_what_is_outside_the_training_range() -> None:
    """With the range; its ends are inside, and what is missing is never outside."""
    predictor = bundles.shipping().predictor()
    assert predictor.warnings([5.0, 30000.0, 50.0, math.nan, 700.0]) == []
    price, weight = predictor.warnings([4.99, 30001.0, 50.0, 100.0, 700.0])
    assert (price.feature, price.value, price.minimum, price.maximum) == ("price", 4.99, 5.0, 5e3)
    assert weight.feature == "weight"


def test_there_are_no_warnings_without_ranges() -> None:
    """Nor for the codes of a category."""
    assert bundles.rent().predictor().warnings([1e9, 1e9, 2.0, -1e9]) == []


def test_golden_rows_are_tried_one_by_one() -> None:
    """The first that differs is told."""
    assert bundles.shipping().predictor().golden_fault() is None
    fault = bundles.spoiled(bundles.shipping()).predictor().golden_fault()
    assert fault is not None
    assert fault.startswith("golden row [")


@pytest.mark.parametrize("changes", [{"low": None}, {"high": 1e6}, {"price": 0.0}])
def test_every_number_of_a_golden_answer_counts(changes: dict[str, float | None]) -> None:
    """The interval as much as the price."""
    whole = bundles.shipping()
    first, *others = whole.manifest.golden
    manifest = replace(whole.manifest, golden=(replace(first, **changes), *others))
    assert Bundle(manifest, whole.model).predictor().golden_fault() is not None


def test_a_golden_fault_shows_price_and_interval() -> None:
    """Either may be what differs."""
    whole = bundles.shipping()
    first, *others = whole.manifest.golden
    manifest = replace(whole.manifest, golden=(replace(first, high=1e6), *others))
    fault = Bundle(manifest, whole.model).predictor().golden_fault()
    found = f"{first.price} ({first.low} to {first.high})"
    assert fault is not None
    assert fault.endswith(f"gives {found}, not {first.price} ({first.low} to 1000000.0)")


def test_threads_do_not_disturb_each_other() -> None:
    """Prices and reasons asked at once are those asked one after the other."""
    predictor, rows = bundles.shipping().predictor(), rows_of(bundles.shipping()) * 20
    expected = [(predictor.predict(row), predictor.explain(row)) for row in rows]
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(lambda row: (predictor.predict(row), predictor.explain(row)), rows))
    assert asked == expected
