"""CSV files, read so that each row knows its line, and written."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow

from model.batch import ROWS, Batch, Rejected
from model.errors import DataError
from model.lines import Line, printable, read_lines
from model.textbatch import TextBatch, text_of, text_schema

_UNCLOSED = dict.fromkeys(
    ("unexpected end of data", f"field larger than field limit ({csv.field_size_limit()})"),
    "a quote is opened and never closed",
)
_CELLS = frozenset({str, int, float, type(None)})


class CsvReader:
    """A CSV file in UTF-8 with a header, as in RFC 4180. Empty lines are passed over."""

    unit = "B"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        with path.open("rb") as file:
            self.columns = _header(path, next(_read_records(_Feed(file)), None))

    def batches(self) -> Iterator[Batch]:
        with self._path.open("rb") as file:
            feed = _Feed(file)
            next(_read_records(feed))
            while lines := feed.take(ROWS):
                rows = _plain_rows(lines, len(self.columns))
                if rows is not None:
                    yield self._plain_batch(lines, rows)
                else:
                    feed.give_back(lines)
                    yield self._batch(list(islice(_read_records(feed), ROWS)))

    def schema(self, numbers: Sequence[str]) -> pyarrow.Schema:
        return text_schema(self.columns, numbers)

    def _plain_batch(self, lines: Sequence[Line], rows: Sequence[Sequence[str]]) -> TextBatch:
        return TextBatch(
            typed=False,
            lines=[line.number for line in lines],
            values=[dict(zip(self.columns, row, strict=True)) for row in rows],
            originals=[line.text for line in lines],
            rejected=(),
            consumed=sum(line.size for line in lines),
        )

    def _batch(self, records: Sequence["_Record"]) -> TextBatch:
        rejected = []
        sound = []
        for record in records:
            fault = _fault(record, len(self.columns))
            if fault is None:
                sound.append(record)
            elif fault:
                rejected.append(Rejected(record.line, "", fault, printable(record.text)))
        return TextBatch(
            typed=False,
            lines=[record.line for record in sound],
            values=[
                dict(zip(self.columns, record.fields or ("",), strict=True)) for record in sound
            ],
            originals=[record.text for record in sound],
            rejected=rejected,
            consumed=sum(record.size for record in records),
        )


class CsvWriter:
    """A CSV file: the columns of the rows as they were, then those of the answers."""

    def __init__(self, path: Path, columns: Sequence[str], answers: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._columns = columns
        self._answers = answers
        self._lines = csv.writer(self._file, lineterminator="\n")
        self._lines.writerow([*columns, *answers])

    def write(
        self, batch: Batch, kept: Sequence[int], answers: Mapping[str, Sequence[float]]
    ) -> None:
        new = zip(*(answers[name] for name in self._answers), strict=True)
        for row, values in zip(batch.rows(kept), new, strict=True):
            self._lines.writerow([*_cells(map(row.get, self._columns)), *values])

    def close(self) -> None:
        self._file.close()


def _cells(values: Iterable[Any]) -> list[Any]:
    cells = list(values)
    if _CELLS.issuperset(map(type, cells)):
        return cells
    return [each if type(each) in _CELLS else text_of(each) for each in cells]


@dataclass(frozen=True, slots=True)
class _Record:
    """One record: the lines that it stands on, its fields, and why it is none if it is none."""

    lines: Sequence[Line]
    fields: Sequence[str]
    fault: str | None

    @property
    def line(self) -> int:
        return self.lines[0].number

    @property
    def size(self) -> int:
        return sum(line.size for line in self.lines)

    @property
    def text(self) -> str:
        return "".join([line.text for line in self.lines])


class _Feed:
    """The lines that a record is made of, with a way to read some of them again."""

    def __init__(self, file: BinaryIO) -> None:
        self.taken: list[Line] = []
        self._lines = read_lines(file)
        self._again: deque[Line] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line.text

    def take(self, most: int) -> list[Line]:
        """The next lines."""
        again = [self._again.popleft() for _ in range(min(most, len(self._again)))]
        return [*again, *islice(self._lines, most - len(again))]

    def give_back(self, lines: Sequence[Line]) -> None:
        """Have lines that were taken last again."""
        self._again.extendleft(reversed(lines))

    def keep_first(self) -> None:
        """Give back all lines of a record but the first."""
        self.give_back(self.taken[1:])
        del self.taken[1:]


def _plain_rows(lines: Sequence[Line], width: int) -> Sequence[Sequence[str]] | None:
    """The fields of lines each of which is a row; None where one is not, or may be none."""
    if any(line.fault for line in lines):
        return None
    try:
        rows = list(csv.reader([line.text for line in lines], strict=True))
    except csv.Error:
        return None
    alone = len(rows) == len(lines)  # none goes on in the next line
    return rows if alone and set(map(len, rows)) == {width} else None


def _read_records(feed: _Feed) -> Iterator[_Record]:
    """Every record. Where a quote is never closed its line alone is at fault, none below it."""
    reader = csv.reader(feed, strict=True)
    while True:
        feed.taken = []
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            feed.keep_first()
            yield _Record(feed.taken, (), f"is not CSV: {_UNCLOSED.get(str(error), error)}")
        else:
            fault = next((line.fault for line in feed.taken if line.fault), None)
            yield _Record(feed.taken, fields, fault)


def _fault(record: _Record, width: int) -> str | None:
    """Why a record is no row, "" for an empty line, None for a row."""
    if record.fault is not None:
        return record.fault
    if len(record.fields) == width:
        return None
    if not record.fields:
        return "" if width > 1 else None
    until = f", read on to line {record.lines[-1].number}" if len(record.lines) > 1 else ""
    return f"has {len(record.fields)} fields, the header {width}{until}"


def _header(path: Path, record: _Record | None) -> Sequence[str]:
    if record is None:
        raise DataError(f"{path}: is empty. The first line must name the columns.")
    if record.fault is not None:
        raise DataError(f"{path}: its first line {record.fault}. Save the file as CSV in UTF-8.")
    if not record.fields:
        raise DataError(f"{path}: starts with an empty line. The first line must name the columns.")
    return [name.strip() for name in record.fields]
