import math
from typing import Any

import pytest

from api.decoding import Duplicated
from api.problems import Problem
from api.rows import LARGEST, RowReader, allowed
from model import Feature
from tests import bundles

RENT = {"area": 80, "age": 12.5, "district": "west", "balance": -5}


def reader(*features: Feature) -> RowReader:
    return RowReader(features or bundles.rent().manifest.features)


def refused(document: object, *features: Feature) -> Problem:
    with pytest.raises(Problem) as caught:
        reader(*features).read(document)
    assert caught.value.status == 422
    return caught.value


def test_row_is_in_the_order_of_the_model() -> None:
    """The values come out in the manifest's order, labels as their codes."""
    turned = dict(reversed(RENT.items()))
    assert reader().read(turned) == reader().read(RENT) == [80, 12.5, 2, -5]


@pytest.mark.parametrize("age", [{"age": None}, {}])
def test_missing_value_is_nan(age: dict[str, None]) -> None:
    """A feature that may be missing is NaN when it is null or left out."""
    row = reader().read({name: RENT[name] for name in ("area", "district", "balance")} | age)
    assert math.isnan(row[1])


def test_every_wrong_field_is_named() -> None:
    """All that is wrong is said at once: what was given, what is allowed, and an example."""
    problem = refused({"area": "80", "age": True, "district": "east", "color": 1})
    assert [(each.field, each.given) for each in problem.errors] == [
        ("area", '"80"'),
        ("age", "true"),
        ("district", '"east"'),
        ("balance", None),
        ("color", None),
    ]
    assert problem.errors[0].example == 60
    assert problem.errors[3].allowed == "a number"
    assert problem.errors[4].allowed == "area, age, district, balance"
    assert problem.detail.endswith("balance is missing; color is not a field of this model.")


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        (LARGEST, True),
        (-LARGEST, True),
        (math.nextafter(LARGEST, math.inf), False),
        (math.inf, False),
        (-math.inf, False),
        (math.nan, False),
        (2**128, False),
        (10**299, False),
        (5e-324, True),
    ],
)
def test_what_a_float32_cannot_hold_is_refused(value: float, *, fine: bool) -> None:
    """A number that would reach the model as infinity or NaN is refused, with the limit."""
    feature = Feature("x", "x")
    if fine:
        assert reader(feature).read({"x": value}) == [value]
    else:
        (error,) = refused({"x": value}, feature).errors
        assert error.message == "must be a number, no larger than 3.4e+38"
        assert error.given is not None
        assert len(error.given) <= 60


def test_bounds_beyond_a_float32_do_not_let_more_in() -> None:
    """Hard bounds of a manifest that no float32 reaches give way to its own."""
    feature = Feature("x", "x", minimum=-1e300, maximum=1e300)
    assert reader(feature).read({"x": 1e38}) == [1e38]
    refused({"x": 1e39}, feature)
    refused({"x": -1e39}, feature)


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        (Feature("x", "x"), "a number"),
        (Feature("x", "x", unit="g", minimum=0.0), "a number of at least 0 in g"),
        (Feature("x", "x", maximum=9.5), "a number of at most 9.5"),
        (Feature("x", "x", unit="%", minimum=0.0, maximum=1e6), "a number from 0 to 1e+06 in %"),
        (Feature("x", "x", missing=True), "a number, or null"),
        (Feature("x", "x", categories=("a", "b")), "one of a, b"),
        (Feature("x", "x", categories=("a",), missing=True), "one of a, or null"),
    ],
)
def test_what_is_allowed_in_words(feature: Feature, words: str) -> None:
    """Bounds, unit, labels and null are said as one would say them."""
    assert allowed(feature) == words
    assert refused({"x": []}, feature).errors[0].allowed == words


@pytest.mark.parametrize(
    "document", [None, True, 1, math.nan, "x", [], [RENT], ("a",), b"bytes", "\ud800", 10**299]
)
def test_what_is_no_object_is_refused(document: object) -> None:
    """Anything but an object is refused, naming the fields that were expected."""
    problem = refused(document)
    assert problem.detail.startswith("Expected an object with area, age, district, balance; got ")
    assert problem.errors == ()
    assert len(problem.detail) < 200


def test_a_key_given_twice_is_named() -> None:
    """An object that named a field twice is refused, though a dictionary would take it."""
    assert refused(Duplicated("area")).errors[0].field == "area"
    assert refused(RENT | {"area": Duplicated("x")}).errors[0].given == "an object"


def test_strange_keys_are_named_harmlessly() -> None:
    """A key is repeated short, and without what other readers of JSON choke on."""
    assert refused(RENT | {"k" * 1000: 1}).errors[0].field == "k" * 60
    assert refused(RENT | {"a\ud800b": 1}).errors[0].field == "a?b"


def test_hundreds_of_unknown_fields_are_not_named_one_by_one() -> None:
    """An object with too many fields costs no more than counting them."""
    few: dict[str, Any] = {str(number): 1 for number in range(100)}
    assert len(refused(RENT | few).errors) == 100
    many: dict[str, Any] = {str(number): 1 for number in range(101)}
    problem = refused(RENT | many)
    assert problem.errors == ()
    assert "got 105 fields" in problem.detail
    with pytest.raises(Problem, match="got 105 fields"):
        reader().check_names([*RENT, *many])


def test_header() -> None:
    """A header may leave out what may be missing, and nothing else; nothing stands twice."""
    reader().check_names(["balance", "area", "district"])
    with pytest.raises(Problem) as caught:
        reader().check_names(["area", "area", "colour", "district"])
    assert [(each.field, each.message) for each in caught.value.errors] == [
        ("colour", "is not a field of this model"),
        ("balance", "is missing from the header"),
        ("area", "stands twice in the header"),
    ]


def test_text() -> None:
    """Fields of a CSV are numbers where a number belongs, labels where a label does."""
    fields = {"area": " 8e1 ", "age": "", "district": "west", "balance": "-5"}
    row = reader().read_text(fields)
    assert math.isnan(row[1])
    assert [row[0], *row[2:]] == [80, 2, -5]


def test_label_that_looks_like_a_number() -> None:
    """A label stays text in a CSV, even one made of digits."""
    feature = Feature("zone", "zone", categories=("10", "20"))
    assert reader(feature).read_text({"zone": "20"}) == [1]
    with pytest.raises(Problem, match="zone must be one of 10, 20"):
        reader(feature).read_text({"zone": "20.0"})


@pytest.mark.parametrize(
    "body", [b'{"area": ' + b"[" * 50 + b"]" * 50 + b"}", b'{"area": ' + b"1" * 2000 + b"}"]
)
def test_what_takes_long_to_refuse_is_not_tried(body: bytes) -> None:
    """The validator of ordinary rows does not see it."""

    class Never:
        def validate_json(self, _: bytes) -> None:
            raise AssertionError("it was tried")

    hasty = reader()
    hasty._ordinary = Never()  # type: ignore[assignment]  # noqa: SLF001 - that nobody may ask
    assert hasty.read_json(body) is None
