"""A batch as CSV: how its lines are read and how the answers to them are written."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from api.problems import Problem
from api.records import Document, Record, too_long
from api.rows import RowReader
from model import Manifest


class Csv:
    """A header with the features' names and one line a row, as in RFC 4180."""

    media_types = ("text/csv",)

    separator = tail = ""

    def __init__(self, names: Sequence[str], target: str) -> None:
        """`names` are those of the features, in the model's order."""
        self._names = tuple(names)
        self._answered = (
            *(target, f"{target}_low", f"{target}_high"),
            *("warnings", "model_version", "prediction_id", "error"),
        )
        self.head = _csv_line([*self._names, *self._answered])

    def read(self, text: str, reader: RowReader, longest: int) -> Iterator[Record | None]:
        """One record for each line below the header."""
        lines = csv.reader(_no_longer(io.StringIO(text, newline=""), longest), strict=True)
        try:
            names = [name.strip() for name in next(lines)]
            reader.check_names(names)
            header = _header(names, self._names)
            for fields in lines:
                yield header.record(fields, reader) if fields else None
        except csv.Error as error:
            detail = f"The CSV cannot be read at line {lines.line_num}: {error}."
            raise Problem(400, detail) from None

    def template(self, manifest: Manifest) -> str:
        """A line behind the features."""
        version = manifest.version.replace("%", "%%")
        bounds = ["%r", "%r"] if manifest.interval else ["", ""]
        return _csv_line(["%r", *bounds, "", version, "%s", ""])

    def write_text(self, record: Record, text: str) -> str:
        """The features, which are numerals and need no quotes, before it."""
        return f"{','.join(record.given)},{text}"

    def write(self, record: Record, answer: Document) -> str:
        """The features as they were given, then the price, its interval, warnings and errors."""
        refused = isinstance(record.row, Problem)
        values = self._refused(answer) if refused else self._priced(answer)
        return _csv_line([*record.given, *values])

    def example(self, row: Document) -> str:
        """A header and a line."""
        return _csv_line(list(row)) + _csv_line(list(row.values()))

    def _refused(self, problem: Document) -> list[str]:
        return [*[""] * (len(self._answered) - 1), problem["detail"]]

    def _priced(self, answer: Document) -> list[Any]:
        interval = answer["interval"] or {"low": "", "high": ""}
        warnings = "; ".join(warning["message"] for warning in answer["warnings"])
        price = answer[self._answered[0]]
        version, identifier = answer["model_version"], answer["prediction_id"]
        return [price, interval["low"], interval["high"], warnings, version, identifier, ""]


def _no_longer(lines: Iterable[str], longest: int) -> Iterator[str]:
    for line in lines:
        if len(line) > longest:
            raise too_long(longest)
        yield line


@dataclass(frozen=True, slots=True)
class _Header:
    """The names of the columns of one CSV, and what they make of a line.

    `places` tell where each feature stands, −1 where it does not; `document` is a JSON object of
    the names, open for their numbers.
    """

    names: Sequence[str]
    places: Sequence[int]
    document: str

    def record(self, fields: Sequence[str], reader: RowReader) -> Record:
        """The record of a line."""
        width = len(self.names)
        if len(fields) != width:
            detail = f"The line has {len(fields)} fields, the header {width}."
            return Record(Problem(422, detail), self._given([*fields, *[""] * width][:width]))
        given = self._given(fields)
        if _NUMERALS.fullmatch("".join(fields)):  # most numerals are written alike in JSON
            row = reader.read_json((self.document % tuple(fields)).encode())
            if row is not None:
                return Record(row, given, ordinary=True)
        try:
            return Record(reader.read_text(dict(zip(self.names, fields, strict=True))), given)
        except Problem as problem:
            return Record(problem, given)

    def _given(self, fields: Sequence[str]) -> list[str]:
        padded = [*fields, ""]
        return [padded[place] for place in self.places]


def _header(names: Sequence[str], features: Sequence[str]) -> _Header:
    places = [names.index(name) if name in names else -1 for name in features]
    members = (json.dumps(name).replace("%", "%%") + ":%s" for name in names)
    return _Header(names, places, "{" + ",".join(members) + "}")


class _Returning:
    """A file for a `csv.writer`, which gives back what it was to write."""

    @staticmethod
    def write(text: str) -> str:
        return text


_NUMERALS = re.compile(r"[0-9.eE+\- ]*")
_WRITER = csv.writer(_Returning(), lineterminator="\r\n")


def _csv_line(values: Sequence[Any]) -> str:
    line: str = _WRITER.writerow(values)  # what `write` returned
    return line
