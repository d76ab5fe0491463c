"""The kinds of files that rows are read from and written to, told by their suffix."""

from pathlib import Path

from model.batch import Layout, Reader, Writer
from model.csvfile import CsvReader, CsvWriter
from model.errors import DataError
from model.jsonlines import JsonLinesReader, JsonLinesWriter
from model.parquetfile import ParquetReader, ParquetWriter

SUFFIXES = (".csv", ".parquet", ".jsonl", ".ndjson")


def check_suffix(path: Path) -> None:
    """Raise `DataError` for a suffix that is none of the known ones."""
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            f"{path}: the suffix '{path.suffix}' is not known; use one of {', '.join(SUFFIXES)}."
        )


def open_reader(path: Path) -> Reader:
    """The reader of a file of rows.

    Raises `DataError` for a file that is missing, cannot be read, or names a column twice.
    """
    check_suffix(path)
    try:
        reader = _reader(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. Check the path.") from error
    columns = list(reader.columns)
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{path}: the column '{twice}' stands twice. Remove or rename one.")
    return reader


def open_writer(path: Path, suffix: str, reader: Reader, layout: Layout) -> Writer:
    """The writer of a file at `path`, of the kind that a suffix names, for rows of the reader."""
    schema = reader.schema(layout.numbers)
    if suffix.lower() == ".csv":
        return CsvWriter(path, reader.columns, layout.answers)
    if suffix.lower() == ".parquet":
        return ParquetWriter(path, schema, layout.answers)
    return JsonLinesWriter(path, layout.numbers)


def _reader(path: Path) -> Reader:
    if path.suffix.lower() == ".csv":
        return CsvReader(path)
    return ParquetReader(path) if path.suffix.lower() == ".parquet" else JsonLinesReader(path)
