"""JSON lines files: one object a line, read so that each row knows its line, and written."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow

from model.batch import ROWS, Batch, Rejected
from model.cells import number_or_reason
from model.errors import DataError
from model.lines import Line, printable, read_lines
from model.textbatch import TextBatch, text_schema

_MOST_COLUMNS = 10_000


class JsonLinesReader:
    """A file with one JSON object a line; its columns are all the keys that occur in it."""

    unit = "B"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        self.columns = _keys(path)

    def batches(self) -> Iterator[Batch]:
        with self._path.open("rb") as file:
            lines = read_lines(file)
            while batch := list(islice(lines, ROWS)):
                yield _batch(batch)

    def schema(self, numbers: Sequence[str]) -> pyarrow.Schema:
        return text_schema(self.columns, numbers)


class JsonLinesWriter:
    """A file with one JSON object a line: the row's own members, then the answers."""

    def __init__(self, path: Path, numbers: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._numbers = numbers

    def write(
        self, batch: Batch, kept: Sequence[int], answers: Mapping[str, Sequence[float]]
    ) -> None:
        new = zip(*answers.values(), strict=True)
        for row, values in zip(batch.rows(kept), new, strict=True):
            document = {**row, **self._converted(row), **dict(zip(answers, values, strict=True))}
            self._file.write(_ENCODER.encode(document) + "\n")

    def close(self) -> None:
        self._file.close()

    def _converted(self, row: Mapping[str, Any]) -> dict[str, float | None]:
        """The features that a file gives as texts, as numbers: all of them are some by now."""
        return {
            name: _number(row[name]) for name in self._numbers if isinstance(row.get(name), str)
        }


def _number(text: str) -> float | None:
    number = number_or_reason(text)
    if isinstance(number, str) or math.isnan(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _keys(path: Path) -> Sequence[str]:
    """All keys of all rows, in the order in which they first occur."""
    keys: dict[str, None] = {}
    with path.open("rb") as file:
        for line in read_lines(file):
            row = _row(line)
            if not isinstance(row, dict) or row.keys() <= keys.keys():
                continue
            keys.update(dict.fromkeys(row))
            if len(keys) > _MOST_COLUMNS:
                raise DataError(
                    f"{path}: more than {_MOST_COLUMNS:,} different keys by line {line.number}. "
                    "Give rows with the same members."
                )
    if not keys:
        raise DataError(f"{path}: holds no JSON object. Give one object a line.")
    return list(keys)


def _batch(lines: Sequence[Line]) -> TextBatch:
    read = [(line, _row(line)) for line in lines]
    sound = [(line, row) for line, row in read if isinstance(row, dict)]
    return TextBatch(
        typed=True,
        lines=[line.number for line, _ in sound],
        values=[row for _, row in sound],
        originals=[line.text for line, _ in sound],
        rejected=[
            Rejected(line.number, "", row, printable(line.text))
            for line, row in read
            if isinstance(row, str)
        ],
        consumed=sum(line.size for line in lines),
    )


def _row(line: Line) -> dict[str, Any] | str | None:
    """The object on a line, None for an empty line, or in words why there is none."""
    if line.fault is not None:
        return line.fault
    if line.text.isspace():
        return None
    return _flat(line.text) or _any(line.text)


def _any(text: str) -> dict[str, Any] | str:
    try:
        row = _DECODER.decode(text)
        if "\\u" in text:
            _ENCODER.encode(row).encode()
    except json.JSONDecodeError as error:
        return f"is not JSON: {error.msg} at character {error.pos + 1}"
    except UnicodeEncodeError:
        return "holds half of a surrogate pair, which is no character"
    except (ValueError, RecursionError) as error:
        return f"is not JSON: {error}"
    return row if isinstance(row, dict) else "is not an object"


def _flat(text: str) -> dict[str, Any] | None:
    """The object of a text in which nothing is nested, escaped or wrong, read by the fast reader.

    That one keeps the last of two equal keys: then there are more quotes than keys and texts need.
    """
    if "\\" in text or "[" in text or text.count("{") != 1:
        return None
    try:
        row = _READER.decode(text)
    except msgspec.DecodeError:
        return None
    if not isinstance(row, dict):
        return None
    texts = [*map(type, row.values())].count(str)
    return row if text.count('"') == 2 * (len(row) + texts) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("a key stands twice")
    return row


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


_READER = msgspec.json.Decoder()
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse)
