"""The formats of a batch: how its rows are read and how the answers to them are written."""

import io
import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from api.answers import json_template
from api.csvbatches import Csv
from api.decoding import decode_array, decode_json
from api.problems import Problem
from api.records import Document, Record, too_long
from api.rows import RowReader
from model import Manifest


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

    def template(self, manifest: Manifest) -> str:
        """What `AnswerWriter.text` fills in to answer an ordinary row, for `write_text`."""

    def write_text(self, record: Record, text: str) -> str:
        """What `write` gives for an ordinary row and its answer, filled into the template."""

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
        for element in decode_array(text, longest, partial(_ordinary, reader=reader)):
            yield element if isinstance(element, Record) else _record(element, reader)

    def template(self, manifest: Manifest) -> str:
        """An element of an array."""
        return json_template(manifest)

    def write_text(self, record: Record, text: str) -> str:  # noqa: ARG002 - as all formats
        """All of it stands in the template."""
        return text

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

    def template(self, manifest: Manifest) -> str:
        """A line."""
        return json_template(manifest) + "\n"

    def write_text(self, record: Record, text: str) -> str:  # noqa: ARG002 - as all formats
        """All of it stands in the template."""
        return text

    def write(self, record: Record, answer: Document) -> str:  # noqa: ARG002 - as all formats
        """A line."""
        return json.dumps(answer) + "\n"

    def example(self, row: Document) -> str:
        """A line of JSON."""
        return json.dumps(row) + "\n"

    def _record(self, line: str, reader: RowReader, longest: int) -> Record:
        if len(line) > longest:
            return Record(too_long(longest))
        try:
            return _ordinary(line, reader) or _record(decode_json(line), reader)
        except Problem as problem:
            return Record(problem)


def formats(names: Sequence[str], target: str) -> dict[str, Format]:
    """Every format by each of its media types; the first is the default."""
    known: tuple[Format, ...] = (JsonArray(), JsonLines(), Csv(names, target))
    return {media_type: each for each in known for media_type in each.media_types}


def _ordinary(text: str, reader: RowReader) -> Record | None:
    row = reader.read_json(text.encode())
    return None if row is None else Record(row, ordinary=True)


def _record(document: object, reader: RowReader) -> Record:
    try:
        return Record(reader.read(document))
    except Problem as problem:
        return Record(problem)
