"""A batch: some rows of a file on their way to be priced, and those that cannot be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow

from model.cells import Doubles, Faults

ROWS = 10_000
"""How many rows a batch has at most."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row without an answer: its line, the column at fault, why, and its original text."""

    line: int
    column: str
    reason: str
    original: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file of answers holds beside the columns that it takes over as they are.

    `numbers` are the columns of features that are numbers, `answers` the new columns.
    """

    numbers: Sequence[str]
    answers: Sequence[str]


class Batch(Protocol):
    """The rows that could be read, in the order of the file, and those that could not."""

    @property
    def lines(self) -> Sequence[int]:
        """The number of each row's line, from 1; in a Parquet file that of the row."""

    @property
    def rejected(self) -> Sequence[Rejected]:
        """What could not be read as a row."""

    @property
    def consumed(self) -> int:
        """How much of the file they all were, in the unit of its reader."""

    def numbers(self, column: str) -> tuple[Doubles, Faults]:
        """The values of a column of numbers: float64 (n,), NaN where missing or at fault."""

    def labels(self, column: str) -> Sequence[Any]:
        """The values of a column of labels, None where missing."""

    def original(self, index: int) -> str:
        """The text of one row, as it stands in the file where that is a text."""

    def rows(self, kept: Sequence[int]) -> Iterator[Row]:
        """Some of the rows, their values by column."""

    def table(self, kept: Sequence[int], schema: pyarrow.Schema) -> pyarrow.Table:
        """Some of the rows, as a table of the schema of their file."""


class Reader(Protocol):
    """A file of rows. Raises `DataError` for one that is not what its suffix says."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns, each once."""

    @property
    def size(self) -> int:
        """How much there is to read, in `unit`."""

    @property
    def unit(self) -> str:
        """What progress is counted in: bytes ("B") or rows ("row")."""

    def batches(self) -> Iterator[Batch]:
        """All rows, a batch at a time."""

    def schema(self, numbers: Sequence[str]) -> pyarrow.Schema:
        """The columns' types, `numbers` those that the model reads as numbers.

        Raises `DataError` for one of these that is of another type.
        """


class Writer(Protocol):
    """A file of answers in the making."""

    def write(
        self, batch: Batch, kept: Sequence[int], answers: Mapping[str, Sequence[float]]
    ) -> None:
        """Add some rows of a batch with their answers, one list for each new column."""

    def close(self) -> None:
        """Finish the file."""
