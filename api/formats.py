"""The formats of a batch: how its rows are read and how the answers to them are written."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Batch:
    """The features' names, in the model's order, and an answer or a problem for each record."""

    names: Sequence[str]
    records: list[Record] = field(default_factory=list)
    answers: list[Document] = field(default_factory=list)


class Format(Protocol):
    """One way to write down a batch."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """The content types that name it."""

    def read(self, text: str, reader: RowReader) -> Iterator[Record]:
        """The rows of a body, one at a time. Raises `Problem` where it cannot be read on."""

    def write(self, batch: Batch) -> Iterator[str]:
        """The pieces of the answer's text: an answer or a problem for each record."""

    def example(self, row: Document) -> object:
        """A batch of one row, as the documentation shows it."""


class JsonArray:
    """A JSON array of objects."""

    media_types = ("application/json",)

    def read(self, text: str, reader: RowReader) -> Iterator[Record]:
        """One record for each element."""
        for element in decode_array(text):
            yield _record(element, reader)

    def write(self, batch: Batch) -> Iterator[str]:
        """A JSON array in the same order."""
        yield "["
        for number, answer in enumerate(batch.answers):
            yield ("," if number else "") + json.dumps(answer)
        yield "]"

    def example(self, row: Document) -> list[Document]:
        """An array of the row."""
        return [row]


class JsonLines:
    """One JSON object a line; empty lines are passed over."""

    media_types = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")

    def read(self, text: str, reader: RowReader) -> Iterator[Record]:
        """One record for each line that is not empty; a line that is not JSON is a problem."""
        for line in io.StringIO(text):
            if not line.isspace():
                yield self._record(line, reader)

    def write(self, batch: Batch) -> Iterator[str]:
        """One line for each record."""
        for answer in batch.answers:
            yield json.dumps(answer) + "\n"

    def example(self, row: Document) -> str:
        """A line of JSON."""
        return json.dumps(row) + "\n"

    def _record(self, line: str, reader: RowReader) -> Record:
        try:
            return _record(decode_json(line), reader)
        except Problem as problem:
            return Record(problem)


class Csv:
    """A header with the features' names and one line a row, as in RFC 4180."""

    media_types = ("text/csv",)

    def __init__(self, target: str) -> None:
        self._answered = (
            *(target, f"{target}_low", f"{target}_high"),
            *("warnings", "model_version", "prediction_id", "error"),
        )

    def read(self, text: str, reader: RowReader) -> Iterator[Record]:
        """One record for each line below the header."""
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = [name.strip() for name in next(lines)]
            reader.check_names(header)
            for fields in filter(None, lines):
                yield _csv_record(header, fields, reader)
        except csv.Error as error:
            detail = f"The CSV cannot be read at line {lines.line_num}: {error}."
            raise Problem(400, detail) from None

    def write(self, batch: Batch) -> Iterator[str]:
        """The features as they were given, then the price, its interval, warnings and errors."""
        yield _csv_line([*batch.names, *self._answered])
        for record, answer in zip(batch.records, batch.answers, strict=True):
            given = [record.fields.get(name, "") for name in batch.names]
            refused = isinstance(record.row, Problem)
            values = self._refused(answer) if refused else self._priced(answer)
            yield _csv_line([*given, *values])

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


def formats(target: str) -> dict[str, Format]:
    """Every format by each of its media types; the first is the default."""
    known: tuple[Format, ...] = (JsonArray(), JsonLines(), Csv(target))
    return {media_type: each for each in known for media_type in each.media_types}


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
