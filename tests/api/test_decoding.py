import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.decoding import Duplicated, decode_array, decode_json, decode_number, decode_text
from api.problems import Problem
from tests.steady import STEADY

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@given(DOCUMENTS)
@STEADY
def test_what_was_encoded_is_decoded(document: Any) -> None:
    """Every JSON document comes back as it was."""
    assert decode_json(decode_text(json.dumps(document).encode())) == document


@given(st.lists(DOCUMENTS), st.sampled_from(["", " ", "\n", "\t\r\n "]))
@STEADY
def test_an_array_is_decoded_one_by_one(documents: list[Any], space: str) -> None:
    """Element by element gives the same as the whole at once, whatever the space between."""
    inner = f"{space},{space}".join(map(json.dumps, documents))
    assert list(decode_array(f"{space}[{space}{inner}{space}]{space}", 10_000)) == documents


@given(st.text(alphabet='[]{},:"0 a\\', max_size=12))
@STEADY
def test_an_array_is_refused_where_json_refuses_it(text: str) -> None:
    """What is no JSON array is refused by both ways to read it."""
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    try:
        found = list(decode_array(text, 10_000))
    except Problem:
        found = None
    assert found == (expected if isinstance(expected, list) else None)


def test_rows_before_a_fault_are_given() -> None:
    """An array is read on demand: what stands before a fault is decoded before it is met."""
    elements: Iterator[Any] = decode_array("[1, 2, oops]", 10_000)
    assert [next(elements), next(elements)] == [1, 2]
    with pytest.raises(Problem, match="line 1, column 8"):
        next(elements)


def test_an_element_that_does_not_end_is_not_read_on() -> None:
    """No more than so many characters are decoded for one element; one just as long passes."""
    assert list(decode_array('["abc", 1]', 5)) == ["abc", 1]
    elements: Iterator[Any] = decode_array(f"[1, [{'1,' * 50}1]]", 20)
    assert next(elements) == 1
    with pytest.raises(Problem, match="at character 4 does not end within 20") as caught:
        next(elements)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "a"),
        ('{"a": 1, "\\u0061": 1}', "a"),
        ('{"a": 1, "b": 2, "b": 3, "a": 1, "b": 1}', "b"),
        ('{"' + "a" * 99 + '": 1, "' + "a" * 99 + '": 1}', "a" * 60),
        ('{"\\ud800": 1, "\\ud800": 1}', "?"),
    ],
)
def test_a_key_given_twice_is_found(text: str, key: str) -> None:
    """An object that names a key twice decodes to the key, whatever it holds besides."""
    assert decode_json(text) == Duplicated(key)
    assert decode_json(f'{{"outer": [{text}]}}') == {"outer": [Duplicated(key)]}


def test_many_keys_of_which_one_is_given_twice() -> None:
    """Looking for the key given twice takes one pass, not one for each key: this ends."""
    pairs = ",".join(f'"{number}": 1' for number in range(200_000))
    assert decode_json(f'{{{pairs}, "199999": 1}}') == Duplicated("199999")


@pytest.mark.parametrize("digits", [1, 17, 300, 301, 5000])
def test_integers_of_any_length(digits: int) -> None:
    """An integer that fits is exact; one that no float holds is infinite, not an error."""
    value = decode_json("9" * digits)
    assert value == (int("9" * digits) if digits <= 300 else math.inf) or digits == 301
    assert decode_json("-" + "9" * 5000) == -math.inf


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        (" 1 ", 1.0),
        ("+1", 1.0),
        ("-1.5e3", -1500.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("007", 7.0),
        ("1e400", math.inf),
        ("-0", 0.0),
    ],
)
def test_numbers_in_text(text: str, value: float) -> None:
    """A CSV field that is a number is one, in the forms that spreadsheets write."""
    assert decode_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "NaN", "inf", "-Infinity", "1_0", "1,5", "1 000", "0x1", "1e", "e1", "."),
        *("1\n2", "--1", "1-", "True", "null", "\x001", "1f", "1L", "1e5.5", "\uff11", "\u0663"),
    ],
)
def test_text_that_is_no_number(text: str) -> None:
    """A field that is none stays text, for the field's own check to refuse."""
    assert decode_number(text) == text
