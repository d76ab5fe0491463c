"""Batches of text: values as the file writes them, tables where they must be typed."""

import pyarrow
import pytest

from model.textbatch import TextBatch, text_of, text_schema


def batch(*values: dict[str, object], typed: bool) -> TextBatch:
    lines = range(2, 2 + len(values))
    return TextBatch(typed, lines, values, ["1,caf\udce9\r\n"] * len(values), [], 9)


def test_numbers_of_a_csv_and_of_json_are_read_their_own_way() -> None:
    """A text is a number in the first, a fault in the other."""
    csv = batch({"a": "1"}, {"a": "NA"}, {"a": "x"}, typed=False)
    assert csv.numbers("a")[0].tolist()[0] == 1.0
    assert csv.numbers("a")[1] == {2: "'x' is not a number"}
    json = batch({"a": 1}, {}, {"a": "1"}, typed=True)
    assert json.numbers("a")[1] == {2: "'1' is not a number"}


def test_an_original_can_be_written_anywhere() -> None:
    """Without its end, bytes that are not UTF-8 shown."""
    assert batch({"a": "1"}, typed=False).original(0) == "1,caf\\xe9"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, None), ("é", "é"), (1, "1"), (True, "true"), ([1.5, None], "[1.5, null]"),
     ({"a": "é"}, '{"a": "é"}')],
)  # fmt: skip
def test_any_value_as_a_text(value: object, text: str | None) -> None:
    """A string is itself, all else JSON."""
    assert text_of(value) == text


def test_some_rows_as_a_table() -> None:
    """Of the schema, absent members as nothing."""
    schema = text_schema(["a", "note"], ["a"])
    assert schema.types == [pyarrow.float64(), pyarrow.string()]
    table = batch({"a": 1, "note": 5}, {"a": 2}, {"a": None}, typed=True).table([0, 2], schema)
    assert table.to_pydict() == {"a": [1.0, None], "note": ["5", None]}
