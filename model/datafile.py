"""Data files: the named columns of a CSV, Parquet or JSON lines file, as they stand in it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

from model.errors import DataError


def read_columns(path: Path, columns: Sequence[str]) -> pyarrow.Table:
    """The columns of a whole file, in the order given; the suffix says which kind of file it is.

    Columns of a CSV file are strings, exactly as written. Raises `DataError` naming the file
    for one that is missing, empty, damaged or of an unknown suffix, and the column for one that
    is not in it.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"{path}: the suffix '{path.suffix}' is not known; use one of {', '.join(_READERS)}."
        )
    table = _opened(path, reader)
    missing = [column for column in columns if column not in table.column_names]
    if missing:
        raise DataError(
            f"{path}: no column '{missing[0]}'; it has {', '.join(table.column_names)}. "
            "Rename the column, or name another one in the options or the feature table."
        )
    if table.num_rows == 0:
        raise DataError(f"{path}: holds no rows. Check the file.")
    return table.select(columns)


def _opened(path: Path, reader: Callable[[Path], pyarrow.Table]) -> pyarrow.Table:
    if not path.is_file():
        raise DataError(f"{path}: no such file. Check the path.")
    try:
        table = reader(path)
    except (pyarrow.ArrowException, UnicodeDecodeError, OSError) as error:
        raise DataError(f"{path}: cannot be read: {error}. Check the file.") from error
    twice = next((c for c in table.column_names if table.column_names.count(c) > 1), None)
    if twice is not None:
        raise DataError(f"{path}: the column '{twice}' stands twice. Remove or rename one.")
    return table


def _read_csv(path: Path) -> pyarrow.Table:
    with pyarrow.csv.open_csv(path) as stream:
        header = stream.schema.names
    return pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(header, pyarrow.string())
        ),
    )


_READERS: dict[str, Callable[[Path], pyarrow.Table]] = {
    ".csv": _read_csv,
    ".parquet": pyarrow.parquet.read_table,
    ".jsonl": pyarrow.json.read_json,
    ".ndjson": pyarrow.json.read_json,
}
