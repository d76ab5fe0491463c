"""Columns of a data file as numbers: measures, category codes, points in time, groups."""

from bisect import bisect
from collections.abc import Sequence

import numpy as np
import pyarrow
import pyarrow.compute as pc
from numpy.typing import NDArray

from model.errors import DataError
from model.numerals import NUMERAL

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
"""How a text file writes that a number is missing, beside leaving it empty."""

_TIME_KINDS = (pyarrow.types.is_timestamp, pyarrow.types.is_date, pyarrow.types.is_null)


def numbers(column: pyarrow.ChunkedArray, place: str) -> NDArray[np.float32]:
    """The values of a column of numbers, or of texts that are numbers: shape (n,), NaN missing.

    `place` names file and column in the `DataError` for anything that is not a finite number.
    """
    if pyarrow.types.is_null(column.type):
        return np.full(len(column), np.nan, dtype=np.float32)
    column = _decoded(column)
    if _is_text(column):
        column = _parsed(column, place)
    elif not _is_number(column.type):
        raise DataError(f"{place}: its type is {column.type}; allowed: numbers.")
    wide = column.cast(pyarrow.float64(), safe=False).to_numpy()
    with np.errstate(over="ignore"):
        values: NDArray[np.float32] = wide.astype(np.float32)
    row = _first(np.isinf(values))
    if row is not None:
        raise DataError(f"{_row(place, row)} {wide[row]}; allowed: a finite number.")
    return values


def codes(
    column: pyarrow.ChunkedArray, categories: Sequence[str], place: str
) -> NDArray[np.float32]:
    """The code of each row's category, its position in `categories`: shape (n,), NaN missing.

    Raises `DataError` naming `place` and the first label that is none of them.
    """
    texts = _without_empty(_decoded(column).cast(pyarrow.string()))
    found = pc.index_in(texts, pyarrow.array(categories, pyarrow.string()))
    unknown = pc.and_(pc.is_valid(texts), pc.is_null(found))
    row = _first(unknown.to_numpy())
    if row is not None:
        raise DataError(
            f"{_row(place, row)} the unknown category '{texts[row].as_py()}'; "
            f"allowed: {', '.join(categories)}. Mend the row, or add the label to the table."
        )
    values: NDArray[np.float32] = found.cast(pyarrow.float64()).to_numpy().astype(np.float32)
    return values


def times(column: pyarrow.ChunkedArray, place: str) -> NDArray[np.datetime64]:
    """The points in time of a column, in UTC where it has a zone: datetime64[us], NaT missing.

    Texts are read as ISO 8601. Raises `DataError` naming `place` and the first row for anything
    else.
    """
    column = _decoded(column)
    if _is_text(column):
        column = _without_missing(column)
    elif not any(check(column.type) for check in _TIME_KINDS):
        raise DataError(f"{place}: its type is {column.type}; allowed: dates or times.")
    moments = _moments(column)
    if moments is None:
        row = bisect(range(len(column)), 0, key=lambda row: _moments(column[: row + 1]) is None)
        raise DataError(
            f"{_row(place, row)} '{column[row].as_py()}'; allowed: ISO 8601, "
            "such as 2018-08-17 12:15:10 or 2018-08-17, all with a time zone or all without."
        )
    values: NDArray[np.datetime64] = moments.to_numpy().astype("datetime64[us]")
    return values


def group_codes(column: pyarrow.ChunkedArray) -> NDArray[np.int64]:
    """One code for each distinct value, by order of appearance: int64 (n,), −1 for missing."""
    column = _decoded(column)
    column = _without_empty(column) if _is_text(column) else column
    indices = column.dictionary_encode().combine_chunks().indices
    values: NDArray[np.int64] = indices.cast(pyarrow.int64()).fill_null(-1).to_numpy()
    return values


def _moments(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray | None:
    """The column as timestamps without a zone, None where it cannot be read as such."""
    for zone in (None, "UTC"):
        try:
            moments = column.cast(pyarrow.timestamp("us", zone), safe=False)
        except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
            continue
        return moments.cast(pyarrow.timestamp("us"))
    return None


def _parsed(texts: pyarrow.ChunkedArray, place: str) -> pyarrow.ChunkedArray:
    texts = _without_missing(texts)
    wrong = pc.invert(pc.match_substring_regex(texts, f"^{NUMERAL}$")).fill_null(False)  # noqa: FBT003 - pyarrow takes it by position
    row = _first(wrong.to_numpy())
    if row is not None:
        raise DataError(
            f"{_row(place, row)} '{texts[row].as_py()}'; allowed: a number with a "
            "decimal point, or nothing. For a category, list its labels under 'categories' in "
            "the feature table."
        )
    return texts.cast(pyarrow.float64())


def _without_missing(texts: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    texts = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.is_in(texts, pyarrow.array(MISSING)), None, texts)


def _without_empty(texts: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _decoded(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    if pyarrow.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column


def _is_text(column: pyarrow.ChunkedArray) -> bool:
    kind = column.type
    return bool(pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind))


def _is_number(kind: pyarrow.DataType) -> bool:
    checks = (pyarrow.types.is_integer, pyarrow.types.is_floating, pyarrow.types.is_decimal)
    return any(check(kind) for check in checks)


def _row(place: str, row: int) -> str:
    return f"{place}, row {row + 1} of the data: found"


def _first(mask: NDArray[np.bool_]) -> int | None:
    """The index of the first True, if there is one."""
    return int(np.argmax(mask)) if mask.any() else None
