"""What training data look like: each feature's range and frozen bins, an example, exact numbers."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from model.errors import DataError
from model.manifest import Feature, Training
from model.table import Table

BINS = 10

Values = NDArray[np.float32]


def exact(value: np.floating | float) -> float:
    """The shortest decimal that is this float32, so that 49.9 stays 49.9 in a document."""
    return float(str(np.float32(value)))


def profile(feature: Feature, values: Values) -> Training:
    """The training profile of one feature's values (n,).

    Raises `DataError` for a column without a single value.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        raise DataError(
            f"the column '{feature.column}' holds no value in the training part. "
            "Leave the feature out of the feature table, or give rows that have it."
        )
    edges = _category_edges(feature) if feature.categories else quantile_edges(known)
    counts = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
    return Training(
        minimum=0.0 if feature.categories else exact(known.min()),
        maximum=len(feature.categories) - 1.0 if feature.categories else exact(known.max()),
        edges=tuple(exact(edge) for edge in edges),
        shares=tuple((counts / len(values)).tolist()),
        missing_share=1 - len(known) / len(values),
    )


def quantile_edges(known: Values) -> Values:
    """The inner borders of at most ten bins with about the same number of values in each.

    Borders are values that occur. A column of few distinct values has one bin for each; one
    with most of its values at the minimum keeps that as a bin of its own.
    """
    distinct = np.unique(known)
    if len(distinct) <= BINS:
        return distinct[1:]
    borders = np.quantile(known, np.arange(1, BINS) / BINS, method="higher")
    return np.unique(np.maximum(borders, distinct[1]))


def with_profiles(table: Table) -> tuple[Feature, ...]:
    """The table's features with their profiles and, where none was given, an example."""
    return tuple(
        _described(feature, values)
        for feature, values in zip(table.features, table.x.T, strict=True)
    )


def _described(feature: Feature, values: Values) -> Feature:
    example = _example(feature, values) if feature.example is None else feature.example
    return msgspec.structs.replace(feature, example=example, training=profile(feature, values))


def _example(feature: Feature, values: Values) -> float | str:
    """The commonest category, or the median: a value that occurs."""
    known = values[~np.isnan(values)]
    if feature.categories:
        return feature.categories[int(np.bincount(known.astype(np.int64)).argmax())]
    return exact(np.quantile(known, 0.5, method="higher"))


def _category_edges(feature: Feature) -> Values:
    return np.arange(1, len(feature.categories), dtype=np.float32)
