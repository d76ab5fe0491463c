"""Parquet files, read and written a batch at a time, all types kept."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet

from model.batch import ROWS, Batch, Rejected, Row
from model.cells import Doubles, Faults, numbers_of_texts
from model.errors import DataError

_GROUP = 100_000
"""How many rows a row group that is written has."""

_types = pyarrow.types


@dataclass(frozen=True, slots=True, eq=False)
class ArrowBatch:
    """Rows as a table; `first` is the number of the first one. None of them is ever rejected."""

    content: pyarrow.Table
    first: int
    rejected: Sequence[Rejected] = ()

    @property
    def lines(self) -> Sequence[int]:
        return range(self.first, self.first + self.consumed)

    @property
    def consumed(self) -> int:
        return int(self.content.num_rows)

    def numbers(self, column: str) -> tuple[Doubles, Faults]:
        """As they stand there; numbers in a column of texts are read as in a CSV."""
        values = _decoded(self.content[column])
        if _is_text(values.type):
            return numbers_of_texts(values.fill_null("").to_pylist())
        wide = values.cast(pyarrow.float64(), safe=False)
        return np.asarray(wide.to_numpy(), dtype=np.float64), {}

    def labels(self, column: str) -> Sequence[Any]:
        return list(_decoded(self.content[column]).cast(pyarrow.string()).to_pylist())

    def original(self, index: int) -> str:
        """The row as JSON."""
        return json.dumps(next(self.rows([index])), ensure_ascii=False)

    def rows(self, kept: Sequence[int]) -> Iterator[Row]:
        chosen = self._taken(kept)
        columns = {name: _plain(chosen[name]) for name in chosen.column_names}
        return (
            dict(zip(columns, values, strict=True))
            for values in zip(*columns.values(), strict=True)
        )

    def table(self, kept: Sequence[int], schema: pyarrow.Schema) -> pyarrow.Table:
        return self._taken(kept).cast(schema)

    def _taken(self, kept: Sequence[int]) -> pyarrow.Table:
        return self.content.take(pyarrow.array(kept, pyarrow.int64()))


class ParquetReader:
    """A Parquet file."""

    unit = "row"

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with pyarrow.parquet.ParquetFile(path) as file:
                self.size = file.metadata.num_rows
                self._schema = file.schema_arrow
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError(
                f"{path}: cannot be read as Parquet: {error}. Check the file."
            ) from error
        self.columns = self._schema.names

    def batches(self) -> Iterator[Batch]:
        row = 1
        try:
            with pyarrow.parquet.ParquetFile(
                self._path, pre_buffer=False, buffer_size=1 << 20
            ) as file:
                for rows in file.iter_batches(batch_size=ROWS, use_threads=False):
                    yield ArrowBatch(pyarrow.Table.from_batches([rows]), row)
                    row += rows.num_rows
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError(f"{self._path}: damaged after row {row - 1}: {error}.") from error

    def schema(self, numbers: Sequence[str]) -> pyarrow.Schema:
        """The file's own. Raises `DataError` for a column of numbers that is of another type."""
        for name in numbers:
            kind = self._schema.field(name).type
            if not _may_be_numbers(kind):
                raise DataError(f"{self._path}, column '{name}': is {kind}; allowed: numbers.")
        return self._schema


class ParquetWriter:
    """A Parquet file: the columns of the rows as they were, then those of the answers."""

    def __init__(self, path: Path, schema: pyarrow.Schema, answers: Sequence[str]) -> None:
        self._given = schema
        self._answers = answers
        whole = schema
        for name in answers:
            whole = whole.append(pyarrow.field(name, pyarrow.float64()))
        self._file = pyarrow.parquet.ParquetWriter(path, whole)
        self._waiting: list[pyarrow.Table] = []

    def write(
        self, batch: Batch, kept: Sequence[int], answers: Mapping[str, Sequence[float]]
    ) -> None:
        table = batch.table(kept, self._given)
        for name in self._answers:
            table = table.append_column(name, pyarrow.array(answers[name], pyarrow.float64()))
        self._waiting.append(table)
        if sum(map(len, self._waiting)) >= _GROUP:
            self._flush()

    def close(self) -> None:
        if self._waiting:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        self._file.write_table(pyarrow.concat_tables(self._waiting))
        self._waiting.clear()


def _plain(column: pyarrow.ChunkedArray) -> list[Any]:
    """The values of a column as JSON can hold them: moments and decimals as texts, NaN as none."""
    column = _decoded(column)
    if _types.is_temporal(column.type) or _types.is_decimal(column.type):
        column = column.cast(pyarrow.string())
    if _types.is_float32(column.type):  # 49.9 as a float64 would be 49.900001525878906
        texts = column.cast(pyarrow.string()).to_pylist()
        return [None if text in (None, "nan") else _jsonable(float(text)) for text in texts]
    return [_jsonable(value) for value in column.to_pylist()]


def _jsonable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): _jsonable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(each) for each in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def _decoded(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    if _types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column


def _may_be_numbers(kind: pyarrow.DataType) -> bool:
    kind = kind.value_type if _types.is_dictionary(kind) else kind
    known = (_types.is_integer, _types.is_floating, _types.is_decimal, _types.is_null, _is_text)
    return any(is_one(kind) for is_one in known)


def _is_text(kind: pyarrow.DataType) -> bool:
    return bool(_types.is_string(kind) or _types.is_large_string(kind))
