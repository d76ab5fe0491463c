"""Cells: texts and values as numbers, or a reason why not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.cells import (
    LARGEST,
    add_faults,
    codes_of_labels,
    number_or_reason,
    numbers_of_texts,
    numbers_of_values,
    shown,
)
from model.columns import MISSING
from model.manifest import Feature
from tests.steady import STEADY

PLAIN = Feature("x", "x")


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1.0), ("-1.5", -1.5), ("+2", 2.0), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0),
     (" 12 ", 12.0), ("1E-2", 0.01), ("1e400", math.inf), ("-0", 0.0)],
)  # fmt: skip
def test_a_text_that_is_a_number(text: str, number: float) -> None:
    """Alone and among others."""
    assert number_or_reason(text) == number
    assert numbers_of_texts([text, "7"])[0].tolist() == [number, 7.0]
    assert numbers_of_texts([text, ""])[0][0] == number


@pytest.mark.parametrize(
    "text",
    ["abc", "1,5", "1_000", "0x1F", "inf", "-Infinity", "1 2", "١٢", "1e", ".", "e5", "+", "--1"],
)
def test_a_text_that_is_none(text: str) -> None:
    """It is shown, and the others are read all the same."""
    values, faults = numbers_of_texts(["1", text, "2"])
    assert faults == {1: f"{text!r} is not a number"}
    assert values[[0, 2]].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("text", [*MISSING, "  "])
def test_a_text_that_says_that_nothing_is_there(text: str) -> None:
    """As where the data for the training are read."""
    values, faults = numbers_of_texts([text])
    assert math.isnan(values[0])
    assert faults == {}


@STEADY
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.text(max_size=4)))
def test_the_short_way_reads_as_the_long_one(texts: list[str]) -> None:
    """Whatever stands beside a cell, it is read in the same way."""
    values, faults = numbers_of_texts(texts)
    for index, text in enumerate(texts):
        found = number_or_reason(text)
        if isinstance(found, str):
            assert faults[index] == found
        else:
            assert values[index] == found or math.isnan(found)


@pytest.mark.parametrize("value", [True, False, "12", "", [1], {}])
def test_a_value_of_another_type(value: object) -> None:
    """No boolean and no string is a number."""
    values, faults = numbers_of_values([1, value, 2.5, None])
    assert faults == {1: f"{value!r} is not a number"}
    assert values[[0, 2]].tolist() == [1.0, 2.5]
    assert math.isnan(values[3])


def test_an_integer_beyond_any_float() -> None:
    """Is infinite, for the limits to refuse."""
    values, faults = numbers_of_values([10**400, 1])
    assert values.tolist() == [math.inf, 1.0]
    assert faults == {}


def test_labels_become_codes() -> None:
    """In the order of the table; an empty one is missing, another one named with those allowed."""
    feature = Feature("kind", "kind", categories=("b", "a"))
    values, faults = codes_of_labels(["a", "b", "", None, "A", 1, []], feature)
    assert values[:2].tolist() == [1.0, 0.0]
    assert np.isnan(values[2:]).all()
    assert faults == {4: "'A' is none of b, a", 5: "1 is none of b, a", 6: "[] is none of b, a"}


@pytest.mark.parametrize(
    ("feature", "value", "reason"),
    [
        (PLAIN, math.nan, "is missing"),
        (PLAIN, math.inf, "is too large for the model"),
        (PLAIN, -math.inf, "is too large for the model"),
        (PLAIN, LARGEST * 1.01, "is too large for the model"),
        (Feature("x", "x", minimum=0.0), -5.0, "-5 is under the minimum 0"),
        (Feature("x", "x", maximum=9.5), 10.0, "10 is over the maximum 9.5"),
        (Feature("x", "x", maximum=1e300), 1e299, "is too large for the model"),
    ],
)
def test_a_value_that_is_not_allowed(feature: Feature, value: float, reason: str) -> None:
    """The reason says what the limit is."""
    faults: dict[int, str] = {}
    add_faults(feature, np.array([1.0, value]), faults)
    assert faults == {1: reason}


def test_values_that_are_allowed() -> None:
    """The limits themselves, and a missing one where it may be; a known fault stays."""
    faults = {2: "known"}
    feature = Feature("x", "x", minimum=0.0, maximum=9.0, missing=True)
    add_faults(feature, np.array([0.0, 9.0, math.nan, math.nan, -0.0]), faults)
    assert faults == {2: "known"}
    add_faults(PLAIN, np.array([LARGEST, -LARGEST, math.nan]), faults)
    assert faults == {2: "known"}


def test_a_long_value_is_cut() -> None:
    """A message stays one line."""
    assert shown("x" * 500) == "'" + "x" * 59 + "…"
