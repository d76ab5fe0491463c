"""A batch of rows that were read from text: CSV or JSON lines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow

from model.batch import Rejected, Row
from model.cells import Doubles, Faults, numbers_of_texts, numbers_of_values
from model.lines import printable


@dataclass(frozen=True, slots=True, eq=False)
class TextBatch:
    """Rows as mappings from column to value, beside the text of each.

    Values of a CSV are all texts (`typed` is false), those of JSON lines what JSON makes them.
    `originals` are as they were read, with their ends and with bytes that are not UTF-8.
    """

    typed: bool
    lines: Sequence[int]
    values: Sequence[Mapping[str, Any]]
    originals: Sequence[str]
    rejected: Sequence[Rejected]
    consumed: int

    def numbers(self, column: str) -> tuple[Doubles, Faults]:
        """As numbers are written in the file; "NA" and the like in a CSV are missing."""
        if self.typed:
            return numbers_of_values([row.get(column) for row in self.values])
        return numbers_of_texts([row[column] for row in self.values])

    def labels(self, column: str) -> Sequence[Any]:
        return [row.get(column) for row in self.values]

    def original(self, index: int) -> str:
        return printable(self.originals[index])

    def rows(self, kept: Sequence[int]) -> Iterator[Row]:
        return (self.values[index] for index in kept)

    def table(self, kept: Sequence[int], schema: pyarrow.Schema) -> pyarrow.Table:
        rows = [self.values[index] for index in kept]
        columns = [_array([row.get(field.name) for row in rows], field.type) for field in schema]
        return pyarrow.Table.from_arrays(columns, schema=schema)


def text_schema(columns: Sequence[str], numbers: Sequence[str]) -> pyarrow.Schema:
    """The types of columns read from text: the numbers are numbers, all else stays text."""
    kinds = [pyarrow.float64() if name in numbers else pyarrow.string() for name in columns]
    return pyarrow.schema(zip(columns, kinds, strict=True))


def text_of(value: Any) -> str | None:
    """A decoded JSON value as the text of a cell: a string as it is, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _array(values: list[Any], kind: pyarrow.DataType) -> pyarrow.Array:
    if pyarrow.types.is_string(kind):
        return pyarrow.array([text_of(value) for value in values], kind)
    texts = all(isinstance(value, str) for value in values)
    numbers, _ = numbers_of_texts(values) if texts else numbers_of_values(values)
    return pyarrow.array(numbers, kind, from_pandas=True)
