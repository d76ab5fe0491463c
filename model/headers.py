"""Headers: which column of a file is which feature."""

from collections.abc import Sequence

from model.errors import DataError
from model.manifest import Feature


def source_columns(features: Sequence[Feature], columns: Sequence[str], place: str) -> list[str]:
    """The file's column for each feature: all called by `column`, or all by `name`.

    Raises `DataError`, beginning with `place`, where neither way finds them all or both do.
    """
    by_column = [feature.column for feature in features]
    by_name = [feature.name for feature in features]
    no_column = [each for each in by_column if each not in columns]
    no_name = [each for each in by_name if each not in columns]
    if no_column and no_name:
        lacking = no_name if len(no_name) < len(no_column) else no_column
        raise DataError(
            f"{place}: no column {', '.join(lacking)}; it has {', '.join(columns)}. "
            f"Expected are {_words(by_column, by_name)}."
        )
    if not no_column and not no_name and by_column != by_name:
        twice = [f"{f.name} and {f.column}" for f in features if f.name != f.column]
        raise DataError(
            f"{place}: it has both {', '.join(twice)}. Leave out the ones that are not meant."
        )
    return by_name if no_column else by_column


def _words(by_column: Sequence[str], by_name: Sequence[str]) -> str:
    columns, names = ", ".join(by_column), ", ".join(by_name)
    return columns if columns == names else f"either {names} or {columns}"
