"""Evaluation by folds and by time."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from model.baselines import PLAIN
from model.comparison import MODEL
from model.errors import DataError
from model.evaluation import by_folds, by_time, evaluate, without_outliers
from model.recipe import Recipe
from model.table import Table
from model.training import learn
from tests.tables import FEATURES, TARGET, shipments, timed

QUICK = Recipe(rounds=20, patience=3, depth=3, learning_rate=0.3)


def quiet(_line: str) -> None:
    """Say nothing."""


def test_folds_measure_every_row_once() -> None:
    """All contestants in the same run."""
    said: list[str] = []
    found = by_folds(shipments(200, in_order=2), QUICK, 4, said.append)
    assert (found.title, found.rows) == ("mean of 4 folds of random groups by order", 200)
    assert {PLAIN, MODEL, "mean"} < set(found.scores)
    assert found.scores[MODEL].mae < found.scores["mean"].mae
    assert said == [f"fold {number} of 4" for number in (1, 2, 3, 4)]


def test_folds_take_no_notice_of_time() -> None:
    """Neither for weights nor for the interval."""
    table = shipments(200)
    assert by_folds(timed(table), QUICK, 3, quiet) == by_folds(table, QUICK, 3, quiet)


def test_the_newest_rows_are_foretold_from_the_older_ones() -> None:
    """As in a training run with the same recipe."""
    table = timed(shipments(200))
    found = by_time(table, QUICK, quiet)
    assert (found.title, found.rows) == ("newest 20% by shipped", 40)
    learnt = learn(table.take(np.arange(160)), QUICK)
    older = learnt.predictor.predict_rows(table.x[160:].tolist())
    errors = [abs(e.price - y) for e, y in zip(older, table.y[160:], strict=True)]
    assert found.scores[MODEL].mae == pytest.approx(np.mean(errors), rel=1e-5)


@pytest.mark.parametrize(("table", "count"), [(shipments(100), 1), (timed(shipments(100)), 2)])
def test_there_is_a_split_by_time_where_there_is_a_time(table: Table, count: int) -> None:
    """And one by folds always."""
    assert len(list(evaluate(table, QUICK, 2, quiet))) == count


def test_a_target_unfit_for_the_objective_is_refused() -> None:
    """Before anything is learnt."""
    table = shipments(100)
    table.y[0] = -1
    with pytest.raises(DataError, match="reg:gamma"):
        next(evaluate(table, replace(QUICK, objective="reg:gamma"), 2, quiet))


@pytest.mark.parametrize(
    ("freight", "weight", "distance", "price", "stays"),
    [
        (20, 700, 500, 75, True),
        (151, 7_499, 500, 75, False),
        (150, 7_499, 500, 75, True),
        (151, 7_500, 500, 75, True),
        (251, 24_999, 500, 75, False),
        (251, 25_000, 500, 75, True),
        (20, 35_000, 500, 75, False),
        (20, 34_999, 500, 75, True),
        (20, 700, 4_000, 75, False),
        (20, 700, 500, 6_000, False),
        (20, 700, 3_999, 5_999, True),
    ],
)
def test_the_published_rule_for_outliers(
    freight: float, weight: float, distance: float, price: float, *, stays: bool
) -> None:
    """The rows beyond it are left out and counted."""
    x = np.array([[weight, distance, price], [1, 1, 1]], dtype=np.float32)
    y = np.array([freight, 10], dtype=np.float32)
    table = Table(FEATURES, TARGET, x, y, None, None, None, None, {"y missing": 3})
    kept = without_outliers(table)
    assert len(kept) == 1 + stays
    assert kept.dropped == {"y missing": 3, "outliers by the published rule": 1 - stays}


def test_the_published_rule_needs_its_features() -> None:
    """The message names the one that is missing."""
    table = shipments()
    renamed = msgspec.structs.replace(FEATURES[0], name="heft")
    with pytest.raises(DataError, match="the feature table has no weight"):
        without_outliers(replace(table, features=(renamed, *FEATURES[1:])))
