"""Splits that keep groups together."""

from dataclasses import replace

import numpy as np
import pytest

from model.errors import DataError
from model.split import Split, at_random, folds, newest
from model.table import Table
from tests.tables import shipments, timed


def apart(split: Split, table: Table) -> bool:
    """Whether the sides share no group and no row is lost or doubled."""
    train, test = split.train, split.test
    shared = set() if table.group is None else {*train.groups} & {*test.groups}
    return not shared and sorted([*train.y, *test.y]) == sorted(table.y)


def test_the_newest_rows_are_held_out() -> None:
    """Everything learnt from is older than everything held out."""
    split = newest(timed(shipments(100)), 0.2)
    assert (len(split.train), len(split.test)) == (80, 20)
    assert split.train.time is not None
    assert split.test.time is not None
    assert split.train.time.max() < split.test.time.min()


def test_a_group_on_both_sides_of_the_cut_stands_where_its_newest_row_is() -> None:
    """So that no row of the train side is newer than that of any group held out."""
    scattered = np.array([0, 1, 2, 9, 3, 4, 5, 6, 9, 0])
    table = replace(timed(shipments(10)), group=scattered, group_column="order")
    split = newest(table, 0.2)
    assert split.test.groups.tolist() == [0, 0]
    assert apart(split, table)


@pytest.mark.parametrize("in_order", [1, 3])
def test_random_parts_hold_whole_groups(in_order: int) -> None:
    """About the share that was asked for, the same for a seed, another for another."""
    table = shipments(300, in_order=in_order)
    split, again, other = (at_random(table, 0.2, seed) for seed in (1, 1, 2))
    assert apart(split, table)
    assert 60 <= len(split.test) < 60 + in_order
    assert split.test.sha256 == again.test.sha256 != other.test.sha256


@pytest.mark.parametrize("in_order", [1, 3])
def test_folds_hold_out_each_row_once(in_order: int) -> None:
    """In parts of about the same size."""
    table = shipments(300, in_order=in_order)
    splits = list(folds(table, 5, seed=0))
    assert all(apart(split, table) for split in splits)
    assert {len(split.test) for split in splits} == {60}
    held_out = np.concatenate([split.test.y for split in splits])
    assert sorted(held_out.tolist()) == sorted(table.y.tolist())


def test_splitting_a_part_of_a_table_keeps_groups_together_too() -> None:
    """A holdout of a training part, whose group codes have gaps."""
    table = at_random(shipments(300, in_order=3), 0.5, seed=0).train
    assert apart(at_random(table, 0.2, seed=0), table)
    assert apart(newest(timed(table), 0.2), table)


def test_a_split_with_an_empty_side_is_refused() -> None:
    """The message gives rows, groups and share."""
    with pytest.raises(DataError, match=r"9 rows in 1 groups of 'order' cannot be split.*0\.2"):
        at_random(shipments(9, in_order=9), 0.2, seed=0)
    with pytest.raises(DataError, match="20 rows in 20 groups cannot be split"):
        newest(timed(shipments(20)), 0.01)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_number_of_folds_that_the_groups_do_not_allow_is_refused(count: int) -> None:
    """The message gives the range."""
    with pytest.raises(DataError, match=rf"folds is {count}; allowed: 2 to 3, .*groups of 'order'"):
        list(folds(shipments(9, in_order=3), count, seed=0))
