"""The model and the baselines on rows that were held out."""

import numpy as np
import pytest

from model.baselines import PLAIN
from model.comparison import MODEL
from model.metrics import scores
from model.recipe import Recipe
from model.split import at_random
from model.training import learn
from model.trial import Trial, try_out
from tests.tables import shipments

SPLIT = at_random(shipments(300), 0.2, seed=0)


@pytest.fixture(scope="module")
def trial() -> Trial:
    recipe = Recipe(rounds=20, depth=3, learning_rate=0.3)
    return try_out(learn(SPLIT.train, recipe).predictor, SPLIT, "a fifth", threads=1)


def test_there_is_an_estimate_for_each_row_held_out(trial: Trial) -> None:
    """By the model with its interval, and by each baseline."""
    assert trial.table is SPLIT.test
    for values in (trial.price, trial.low, trial.high, *trial.baselines.values()):
        assert values.shape == (60,)
    assert np.all((trial.low <= trial.price) & (trial.price <= trial.high))


def test_all_are_compared_on_the_same_rows(trial: Trial) -> None:
    """The model last."""
    compared = trial.comparison
    assert (compared.title, compared.rows, list(compared.scores)[-1]) == ("a fifth", 60, MODEL)
    y = SPLIT.test.y
    assert compared.scores[MODEL] == scores(trial.price, y, trial.low, trial.high)
    assert compared.scores["mean"].mae == pytest.approx(np.abs(y - SPLIT.train.y.mean()).mean())


def test_a_manifest_holds_the_same_figures(trial: Trial) -> None:
    """The baselines apart from the model."""
    metrics = trial.metrics
    assert (metrics.split, metrics.rows) == ("a fifth", 60)
    assert metrics.model == trial.comparison.scores[MODEL]
    assert metrics.baselines[PLAIN] == trial.comparison.scores[PLAIN]
    assert MODEL not in metrics.baselines
