"""Splits of a table that never put two rows of one group on both sides."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import DataError
from model.table import Indices, Table


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Two tables with no group in common: what is learnt from, and what is held out."""

    train: Table
    test: Table


def newest(table: Table, share: float) -> Split:
    """The newest `share` of the rows held out, for a table in order of time.

    A group stands where its newest row does, so that everything learnt from is older than the
    newest row of each group held out.
    """
    groups, index = np.unique(table.groups, return_inverse=True)
    last = np.zeros(len(groups), dtype=np.int64)
    np.maximum.at(last, index, np.arange(len(table)))
    return _split(table, groups[np.argsort(-last)], share)


def at_random(table: Table, share: float, seed: int) -> Split:
    """A random `share` of the rows held out, whole groups at a time, the same for a seed."""
    return _split(table, _shuffled(table, seed), share)


def folds(table: Table, count: int, seed: int) -> Iterator[Split]:
    """Splits that hold out each row once, in `count` random parts of whole groups."""
    groups = _shuffled(table, seed)
    if not 2 <= count <= len(groups):
        raise DataError(
            f"folds is {count}; allowed: 2 to {len(groups)}, the number of {_noun(table)}."
        )
    for part in range(count):
        yield _parted(table, groups[part::count])


def _shuffled(table: Table, seed: int) -> Indices:
    return np.random.default_rng(seed).permutation(np.unique(table.groups))


def _split(table: Table, groups: Indices, share: float) -> Split:
    """Groups held out, the first ones first, until they make `share` of the rows."""
    sizes = np.bincount(table.groups)[groups]
    before = np.cumsum(sizes) - sizes
    wanted = round(share * len(table))
    taken = groups[before < wanted]
    if len(taken) in (0, len(groups)):
        raise DataError(
            f"{len(table)} rows in {len(groups)} {_noun(table)} cannot be split with a share of "
            f"{share:g} held out: one side would be empty. Give more rows, or another share."
        )
    return _parted(table, taken)


def _parted(table: Table, held_out: Indices) -> Split:
    out: NDArray[np.bool_] = np.isin(table.groups, held_out)
    return Split(table.take(~out), table.take(out))


def _noun(table: Table) -> str:
    return "groups" if table.group is None else f"groups of '{table.group_column}'"
