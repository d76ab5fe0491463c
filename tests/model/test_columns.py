"""Columns as numbers, codes, times and groups."""

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow
import pytest

from model.columns import codes, group_codes, numbers, times
from model.errors import DataError

PLACE = "rows.csv, column 'a'"


def column(values: list[Any], kind: pyarrow.DataType | None = None) -> pyarrow.ChunkedArray:
    """Two chunks, as a long file has several."""
    array = pyarrow.array(values, kind)
    return pyarrow.chunked_array([array[:1], array[1:]], array.type)


@pytest.mark.parametrize(
    "values",
    [
        ["1.5", "", "-2e3"],
        [" 1.5 ", "NaN", "-2000."],
        ["+1.5", "NA", "-2000"],
        [1.5, None, -2000.0],
        [Decimal("1.5"), None, Decimal(-2000)],
    ],
)
def test_numbers_are_read_from_numbers_and_texts(values: list[Any]) -> None:
    """Empty and the usual words for it are missing; blanks around a number do no harm."""
    found = numbers(column(values), PLACE)
    assert found.dtype == np.float32
    assert found.tolist() == pytest.approx([1.5, np.nan, -2000.0], nan_ok=True)


def test_columns_of_dictionaries_and_of_nothing_are_numbers_too() -> None:
    """As other software writes them."""
    coded = column(["3", "4", "3"]).dictionary_encode()
    assert numbers(coded, PLACE).tolist() == [3, 4, 3]
    assert np.isnan(numbers(column([None, None]), PLACE)).all()


@pytest.mark.parametrize(
    "wrong", ["1,5", "abc", "0x10", "1_000", "inf", "-Infinity", "true", "1 2"]
)
def test_a_text_that_is_no_number_is_named_with_its_row(wrong: str) -> None:
    """The first such one, and what is allowed."""
    with pytest.raises(DataError, match=r"row 3 of the data: found ") as refusal:
        numbers(column(["1", "", wrong, "x"]), PLACE)
    message = str(refusal.value)
    assert message.startswith(PLACE)
    assert f"'{wrong}'" in message
    assert "allowed: a number" in message


@pytest.mark.parametrize("values", [["1", "1e400"], ["1", "1e39"], [1.0, np.inf], [1.0, -np.inf]])
def test_infinite_values_are_refused(values: list[Any]) -> None:
    """And so are those too large for 32 bits."""
    with pytest.raises(DataError, match=r"row 2 of the data: found .*allowed: a finite number"):
        numbers(column(values), PLACE)


@pytest.mark.parametrize("values", [[True, False], [b"1", b"2"], [[1], [2]]])
def test_a_column_of_another_type_is_refused(values: list[Any]) -> None:
    """The message names the type."""
    with pytest.raises(DataError, match=r"its type is \w+.*allowed: numbers"):
        numbers(column(values), PLACE)


def test_a_category_becomes_its_position() -> None:
    """Empty is missing; numbers count as their text."""
    assert codes(column(["sea", "", "air"]), ["air", "sea"], PLACE).tolist() == pytest.approx(
        [1, np.nan, 0], nan_ok=True
    )
    assert codes(column([20, 10]), ["10", "20"], PLACE).tolist() == [1, 0]


def test_an_unknown_category_is_named_with_its_row() -> None:
    """And the known ones are listed."""
    with pytest.raises(
        DataError, match=r"row 2 of the data: found the unknown category 'rail'.*: air, sea"
    ):
        codes(column(["air", "rail"]), ["air", "sea"], PLACE)


@pytest.mark.parametrize(
    "values",
    [
        ["2018-08-17 12:15:10", None],
        ["2018-08-17T12:15:10.000", ""],
        ["2018-08-17T09:15:10-03:00", "NA"],
        [np.datetime64("2018-08-17T12:15:10", "ns"), None],
    ],
)
def test_times_are_read_from_times_and_iso_texts(values: list[Any]) -> None:
    """To the microsecond, in UTC where a zone is given."""
    found = times(column(values), PLACE)
    assert found.dtype == np.dtype("datetime64[us]")
    assert found[0] == np.datetime64("2018-08-17T12:15:10")
    assert np.isnat(found[1])


def test_dates_are_times_too() -> None:
    """At midnight."""
    dates = column([17, 18], pyarrow.date32())
    assert times(dates, PLACE)[1] == np.datetime64("1970-01-19")


@pytest.mark.parametrize(
    ("values", "row"),
    [
        (["17/08/2018"], 1),
        (["", "2018-08-17", "n", "x"], 3),
        (["2018-08-17T12:15:10Z", "", "2018-08-17"], 3),
        (["2018-08-17", "2018-08-17T12:15:10Z", "x"], 2),
    ],
)
def test_the_first_text_that_is_no_time_is_named_with_its_row(values: list[str], row: int) -> None:
    """A zone that others lack is none either; the message shows what is allowed."""
    with pytest.raises(DataError) as refusal:
        times(column(values), PLACE)
    found = f"{PLACE}, row {row} of the data: found '{values[row - 1]}'; allowed: ISO 8601, such as"
    assert str(refusal.value).startswith(found)


@pytest.mark.parametrize("kind", [pyarrow.int64(), pyarrow.time32("s"), pyarrow.duration("s")])
def test_a_column_of_another_type_is_no_time(kind: pyarrow.DataType) -> None:
    """The message names the type."""
    with pytest.raises(DataError, match=re.escape(f"its type is {kind}; allowed: dates")):
        times(column([5], kind), PLACE)


def test_equal_values_make_a_group() -> None:
    """Missing ones have no group."""
    assert group_codes(column(["x", "y", "x", None])).tolist() == [0, 1, 0, -1]
    assert group_codes(column(["x", "", "y"])).tolist() == [0, -1, 1]
    assert group_codes(column([7, 7, 9])).tolist() == [0, 0, 1]


def test_integers_beyond_what_a_float_holds_are_rounded() -> None:
    """As a number in a text would be."""
    assert numbers(column([2**53 + 1, 1], pyarrow.int64()), PLACE).tolist() == [2.0**53, 1.0]
