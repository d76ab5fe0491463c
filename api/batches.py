"""The formats of a batch: how its rows are read and how the answers to them are written."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from api.decoding import decode_array, decode_json
from api.problems import Problem
from api.rows import RowReader

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a batch: its numbers, or the problem with it; `fields` as a CSV gave them."""

    row: list[float] | Problem
    fields: Mapping[str, str] = field(default_factory=dict)


class Format(Protocol):
    """One way to write down a batch."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """The content types that name it."""

    @property
    def head(self) -> str:
        """What an answer's text begins with."""

    @property
    def separator(self) -> str:
        """What stands between two answers."""

    @property
    def tail(self) -> str:
        """What it ends with."""

    def read(self, text: str, reader: RowReader, longest: int) -> Iterator[Record | None]:
        """The rows of a body, one at a time; None for a line that is empty.

        A row of more than `longest` characters is refused. Raises `Problem` where the body
        cannot be read on.
        """

    def write(self, record: Record, answer: Document) -> str:
        """The answer to one row, or the problem with it."""

    def example(self, row: Document) -> object:
        """A batch of one row, as the documentation shows it."""


class JsonArray:
    """A JSON array of objects."""

    media_types = ("application/json",)
    head, separator, tail = "[", ",", "]"

    def read(self, text: str, reader: RowReader, longest: int) -> Iterator[Record | None]:
        """One record for each element."""
        for element in decode_array(text, longest):
            yield _record(element, reader)

    def write(self, record: Record, answer: Document) -> str:  # noqa: ARG002 - as all formats
        """An element of an array."""
        return json.dumps(answer)

    def example(self, row: Document) -> list[Document]:
        """An array of the row."""
        return [row]


class JsonLines:
    """One JSON object a line; empty lines are passed over."""

    media_types = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")

    head = separator = tail = ""

    def read(self, text: str, reader: RowReader, longest: int) -> Iterator[Record | None]:
        """One record for each line; a line that is not JSON is a problem."""
        for line in io.StringIO(text):
            yield None if line.isspace() else self._record(line, reader, longest)

    def write(self, record: Record, answer: Document) -> str:  # noqa: ARG002 - as all formats
        """A line."""
        return json.dumps(answer) + "\n"

    def example(self, row: Document) -> str:
        """A line of JSON."""
        return json.dumps(row) + "\n"

    def _record(self, line: str, reader: RowReader, longest: int) -> Record:
        if len(line) > longest:
            return Record(_too_long(longest))
        try:
            return _record(decode_json(line), reader)
        except Problem as problem:
            return Record(problem)


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
            header = [name.strip() for name in next(lines)]
            reader.check_names(header)
            for fields in lines:
                yield _csv_record(header, fields, reader) if fields else None
        except csv.Error as error:
            detail = f"The CSV cannot be read at line {lines.line_num}: {error}."
            raise Problem(400, detail) from None

    def write(self, record: Record, answer: Document) -> str:
        """The features as they were given, then the price, its interval, warnings and errors."""
        given = [record.fields.get(name, "") for name in self._names]
        refused = isinstance(record.row, Problem)
        values = self._refused(answer) if refused else self._priced(answer)
        return _csv_line([*given, *values])

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


def formats(names: Sequence[str], target: str) -> dict[str, Format]:
    """Every format by each of its media types; the first is the default."""
    known: tuple[Format, ...] = (JsonArray(), JsonLines(), Csv(names, target))
    return {media_type: each for each in known for media_type in each.media_types}


def _too_long(longest: int) -> Problem:
    return Problem(413, f"The line has more than {longest} characters.")


def _no_longer(lines: Iterable[str], longest: int) -> Iterator[str]:
    for line in lines:
        if len(line) > longest:
            raise _too_long(longest)
        yield line


def _record(document: object, reader: RowReader) -> Record:
    try:
        return Record(reader.read(document))
    except Problem as problem:
        return Record(problem)


def _csv_record(header: Sequence[str], fields: Sequence[str], reader: RowReader) -> Record:
    given = dict(zip(header, fields, strict=False))
    if len(fields) != len(header):
        detail = f"The line has {len(fields)} fields, the header {len(header)}."
        return Record(Problem(422, detail), given)
    try:
        return Record(reader.read_text(given), given)
    except Problem as problem:
        return Record(problem, given)


def _csv_line(values: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(values)
    return line.getvalue()
