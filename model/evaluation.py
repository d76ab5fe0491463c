"""Evaluation: how well a recipe does on rows it has not seen, by folds and by time."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from model.comparison import Comparison, averaged
from model.errors import DataError
from model.recipe import Recipe
from model.split import Split, folds, newest
from model.table import Mask, Table
from model.training import Say, learn
from model.trial import try_out


def evaluate(table: Table, recipe: Recipe, count: int, say: Say) -> Iterator[Comparison]:
    """The comparisons that a table allows: by folds always, by time where it has one."""
    recipe.refuse_unfit(table)
    yield by_folds(table, recipe, count, say)
    if table.time is not None:
        yield by_time(table, recipe, say)


def by_folds(table: Table, recipe: Recipe, count: int, say: Say) -> Comparison:
    """The mean over random folds of whole groups, as if rows had no time."""
    timeless = replace(table, time=None, time_column=None)
    parts = []
    for number, split in enumerate(folds(timeless, count, recipe.seed), start=1):
        say(f"fold {number} of {count}")
        parts.append(_compared(split, recipe, f"fold {number}"))
    kind = "rows" if table.group_column is None else f"groups by {table.group_column}"
    return averaged(f"mean of {count} folds of random {kind}", parts)


def by_time(table: Table, recipe: Recipe, say: Say) -> Comparison:
    """The newest rows, foretold from the older ones."""
    title = f"newest {recipe.test_share:.0%} by {table.time_column}"
    say(title)
    return _compared(newest(table, recipe.test_share), recipe, title)


def without_outliers(table: Table) -> Table:
    """The table without the rows that the original project left out of its published figures."""
    outlying = _published_outliers(table)
    dropped = {**table.dropped, "outliers by the published rule": int(outlying.sum())}
    return replace(table.take(~outlying), dropped=dropped)


def _compared(split: Split, recipe: Recipe, title: str) -> Comparison:
    learnt = learn(split.train, recipe)
    return try_out(learnt.predictor, split, title, recipe.threads).comparison


def _published_outliers(table: Table) -> Mask:
    """The rule of FelipeMezzarana/shipping_price_estimate; shape (n,)."""
    by_name = {f.name: values for f, values in zip(table.features, table.x.T, strict=True)}
    missing = {"weight", "distance", "price"} - set(by_name)
    if missing:
        raise DataError(
            "the published rule for outliers needs the features weight, distance and price; "
            f"the feature table has no {' and no '.join(sorted(missing))}."
        )
    weight, distance, price = by_name["weight"], by_name["distance"], by_name["price"]
    dear = ((table.y > 250) & (weight < 25_000)) | ((table.y > 150) & (weight < 7_500))
    outlying: Mask = dear | (weight >= 35_000) | (distance >= 4_000) | (price >= 6_000)
    return np.asarray(outlying)
