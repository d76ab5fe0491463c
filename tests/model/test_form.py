"""The form of an answer: what Python would write of the same estimate, to the last byte."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from model import Predictor
from model._trees import Form, Walk
from model.manifest import Interval, Manifest
from tests import bundles
from tests.steady import STEADY

SHIPPING = bundles.shipping()
FLOATS = st.floats(width=32) | st.floats(-1e3, 1e3, width=32) | st.integers(-99, 99).map(float)
SIZES = st.floats(0, 100) | st.sampled_from([0.0, 1e300])
INTERVALS = st.none() | st.builds(
    Interval, st.just(0.9), st.sampled_from(["cqr", "split"]), SIZES, SIZES, SIZES
)
ROW = [1.0, 2.0, 3.0, 4.0, 5.0]
PIECES = ("{", "|", "|", "%s|", "é}")


def terms(
    decimals: int | None, minimum: float | None, interval: Interval | None, link: str = "identity"
) -> Manifest:
    """The shipping manifest with other terms."""
    shipping = SHIPPING.manifest
    target = replace(shipping.target, decimals=decimals, minimum=minimum)
    booster = replace(shipping.booster, link=link)
    return replace(shipping, target=target, interval=interval, booster=booster)


def predictor_of(manifest: Manifest, outputs: Sequence[float]) -> Predictor:
    """A predictor whose walk gives these outputs for every row."""
    predictor = Predictor(SHIPPING.model, manifest)
    exponential = manifest.booster.link == "log"
    predictor.engine = Walk(5, tuple(outputs), (), (), exponential)
    return predictor


def written(predictor: Predictor, pieces: Sequence[str], identifier: str) -> bytes | None:
    """What `predict`, `round` and `repr` make of a row; None where it is left to them."""
    decimals = predictor.manifest.target.decimals
    found = [each for each in predictor.predict(ROW) if each is not None]
    if not math.isfinite(max(found) - min(found) + found[0]):
        return None
    if decimals is not None:
        if max(map(abs, found)) >= 1e10:
            return None
        found = [round(each, decimals) for each in found]
    blanks = [*map(repr, found), identifier, ""]
    return "".join(a + b for a, b in zip(pieces, blanks, strict=True)).encode()


@STEADY
@given(
    st.tuples(FLOATS, FLOATS, FLOATS), st.none() | st.integers(0, 4), st.none() | FLOATS,
    INTERVALS, st.sampled_from(["identity", "log"]),
)  # fmt: skip
@example((0.005, 1.005, 2.675), 2, None, Interval(0.9, "split", 0.0, 0.0), "identity")
@example((-0.001, -0.001, 0.0), 2, None, None, "identity")
@example((0.0, 9999999999.99999, 0.0), 4, None, None, "identity")
@example((1.0, 2.0, 3.0), 2, None, Interval(0.9, "cqr", 0.5, 0.25, least_width=10.0), "identity")
@example((1.5, 3.75, 9.375), None, None, Interval(0.9, "cqr", 0.3, 0.3), "identity")
@example((1.0, 2.0, math.nan), 2, 0.0, Interval(0.9, "cqr", 1.0, 1.0), "identity")
def test_it_is_what_python_writes(
    outputs: tuple[float, float, float],
    decimals: int | None,
    minimum: float | None,
    interval: Interval | None,
    link: str,
) -> None:
    """Whatever the outputs are, and however a manifest has them read."""
    if minimum is not None and not math.isfinite(minimum):
        minimum = None
    predictor = predictor_of(terms(decimals, minimum, interval, link), outputs)
    pieces = PIECES if interval else PIECES[2:]
    form = predictor.form(pieces)
    assert form is not None
    assert form.fill(ROW, "an id é") == written(predictor, pieces, "an id é")


def test_every_bundle_is_written_so() -> None:
    """With rows as they are asked for, not only with outputs."""
    predictor = SHIPPING.predictor()
    form = predictor.form(PIECES)
    assert form is not None
    for golden in SHIPPING.manifest.golden:
        row = [math.nan if each is None else each for each in golden.row]
        low, high = golden.low, golden.high
        assert low is not None
        assert high is not None
        numbers = [round(each, 2) for each in (golden.price, low, high)]
        assert form.fill(row, "i") == "{{{}|{}|{}%s|ié}}".format(*numbers).encode()


def test_what_no_walk_knows_has_no_form() -> None:
    """Splits by category are libxgboost's, and a fifth decimal is Python's."""
    assert bundles.rent().predictor().form(PIECES[2:]) is None
    finer = terms(5, None, None)
    assert predictor_of(finer, ROW[:3]).form(PIECES[2:]) is None


TERMS = {
    "walk": predictor_of(SHIPPING.manifest, ROW[:3]).engine,
    "outputs": (1, 0, 2),
    "minimum": 0.0,
    "interval": None,
    "decimals": 2,
    "pieces": (b"a", b"b", b"c"),
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"walk": "a text"},
        {"walk": None},
        {"outputs": (1, 0, 3)},
        {"outputs": (-1, 0, 2)},
        {"outputs": (1, 0)},
        {"decimals": 5},
        {"decimals": -2},
        {"interval": (True, 1.0, 1.0)},
        {"interval": (True, 1.0, 1.0, 1.0)},  # it wants five pieces
        {"interval": 7},
        {"pieces": ("a", "b", "c")},
        {"pieces": (b"a", b"b")},
        {"pieces": [b"a", b"b", b"c"]},
    ],
    ids=str,
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    """Nothing is read or written that is not there."""
    with pytest.raises((TypeError, ValueError)):
        Form(**(TERMS | wrong))  # type: ignore[arg-type]  # that is what is tested


@pytest.mark.parametrize(
    "given", [(), (ROW,), (ROW[:4], "i"), (ROW, 7), (None, "i"), (ROW, "\ud800")]
)
def test_what_cannot_be_filled_in_is_refused(given: tuple[object, ...]) -> None:
    """A row of another width, and an identifier that is no text."""
    form = Form(**TERMS)  # type: ignore[arg-type]  # of several types
    assert form.fill(ROW, "i") == b"a2.0bic"
    with pytest.raises((TypeError, ValueError)):
        form.fill(*given)  # type: ignore[arg-type]  # that is what is tested
