"""Boosting a table by a recipe."""

import json
from dataclasses import replace

import numpy as np
import pytest

from model.boosting import Curve, fit, recency_weights, watch
from model.objectives import QUANTILES, TRAINED
from model.recipe import Recipe
from model.split import at_random
from tests.tables import shipments, timed, with_modes

QUICK = Recipe(rounds=30, patience=3, depth=3, learning_rate=0.3)


def test_a_booster_has_as_many_rounds_as_asked_and_nothing_else() -> None:
    """No attributes; columns and their kinds as names and types."""
    booster = fit(with_modes(shipments()), QUICK, 4, "model")
    assert booster.num_boosted_rounds() == 4
    assert booster.attributes() == {}
    assert booster.feature_names == ["weight_g", "distance_km", "mode"]
    assert booster.feature_types == ["float", "float", "c"]


@pytest.mark.parametrize("objective", TRAINED)
def test_each_objective_boosts(objective: str) -> None:
    """Quantiles with three outputs, the others with one."""
    table = shipments()
    booster = fit(table, Recipe(objective=objective, depth=3), 3, "model")
    outputs = booster.inplace_predict(table.x)
    assert outputs.shape == ((200, 3) if objective == QUANTILES else (200,))
    assert np.isfinite(outputs).all()


def test_the_model_does_not_depend_on_the_number_of_threads() -> None:
    """Byte for byte, with weights and with random parts of rows and columns."""
    table = timed(with_modes(shipments(3000)))
    one, two = (
        bytes(fit(table, Recipe(depth=6, threads=threads), 10, "model").save_raw("ubj"))
        for threads in (1, 2)
    )
    assert one == two


def test_the_curve_does_not_depend_on_the_number_of_threads() -> None:
    """Though threads add up its losses in another order."""
    split = at_random(timed(shipments(3000)), 0.2, 0)
    recipes = (replace(QUICK, threads=threads) for threads in (1, 2))
    one, two = (watch(split.train, split.test, recipe, "rounds") for recipe in recipes)
    assert one == two


def test_the_seed_decides_what_is_random() -> None:
    """Another seed gives another model."""
    models = {bytes(fit(shipments(), Recipe(seed=s), 3, "m").save_raw("ubj")) for s in (0, 0, 1)}
    assert len(models) == 2


@pytest.mark.parametrize(
    "changed",
    [
        Recipe(depth=2),
        Recipe(learning_rate=0.1),
        Recipe(row_share=0.5),
        Recipe(column_share=0.3),
        Recipe(leaf_weight=50),
        Recipe(coverage=0.5),
        Recipe(half_life=10),
    ],
)
def test_each_option_changes_the_model(changed: Recipe) -> None:
    """None of them is forgotten on the way to the library."""
    table = timed(shipments())
    one, other = (fit(table, r, 5, "model").save_raw("ubj") for r in (Recipe(), changed))
    assert one != other


def test_watching_ends_once_the_loss_no_longer_falls() -> None:
    """A given number of rounds after the best one."""
    split = at_random(shipments(400), 0.3, 0)
    curve = watch(split.train, split.test, replace(QUICK, rounds=500), "rounds")
    assert curve.metric == "quantile"
    assert len(curve.train) == len(curve.held_out) < 500
    assert curve.best == len(curve.held_out) - 3
    assert min(curve.held_out) == curve.held_out[curve.best - 1]


def test_the_first_of_equally_good_rounds_is_the_best() -> None:
    """The smaller model."""
    assert Curve("mae", (3, 2, 1), (3.0, 2.0, 2.0)).best == 2


def test_a_row_counts_half_for_every_half_life_of_age() -> None:
    """The newest counts 1."""
    table = timed(shipments(11), days=110)
    weights = recency_weights(table, days=50)
    assert weights is not None
    assert weights[[10, 5, 0]].tolist() == pytest.approx([1, 0.5, 0.25])


def test_rows_without_time_count_all_the_same() -> None:
    """And so they do without a half-life."""
    assert recency_weights(shipments(), 50) is None
    assert recency_weights(timed(shipments()), 0) is None


def test_newer_rows_weigh_more_in_the_model() -> None:
    """Where prices have doubled, a short half-life foretells the new ones."""
    table = timed(shipments(400))
    table.y[200:] *= 2
    newest = table.take(np.arange(380, 400))
    error = {}
    for half_life in (0.0, 20.0):
        recipe = Recipe(half_life=half_life, depth=4, learning_rate=0.2, leaf_weight=0)
        price = fit(table.take(np.arange(380)), recipe, 30, "model").inplace_predict(newest.x)[:, 1]
        error[half_life] = float(np.abs(price - newest.y).mean())
    assert error[20.0] < 0.6 * error[0.0]


def test_the_quantiles_are_those_of_the_coverage() -> None:
    """The tails outside of it, and the median."""
    config = json.loads(fit(shipments(), Recipe(coverage=0.8), 1, "model").save_config())
    loss = config["learner"]["objective"]["quantile_loss_param"]
    assert json.loads(loss["quantile_alpha"]) == pytest.approx([0.1, 0.5, 0.9])
