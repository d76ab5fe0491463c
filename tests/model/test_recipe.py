"""The options of a training run."""

import math
from dataclasses import replace

import pytest

from model.errors import DataError
from model.objectives import TRAINED
from model.recipe import Recipe
from tests.tables import shipments


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("objective", "binary:logistic"),
        ("depth", 0),
        ("depth", -3),
        ("rounds", 0),
        ("patience", 0),
        ("learning_rate", 0.0),
        ("learning_rate", 1.5),
        ("row_share", 0.0),
        ("column_share", 1.1),
        ("leaf_weight", -1.0),
        ("coverage", 0.0),
        ("coverage", 1.0),
        ("coverage", math.nan),
        ("test_share", 1.0),
        ("test_share", -0.1),
        ("holdout_share", 0.0),
        ("half_life", -1.0),
        ("half_life", math.inf),
        ("seed", -1),
        ("threads", -1),
    ],
)
def test_an_option_out_of_range_is_refused(option: str, value: object) -> None:
    """The message gives the option as it is typed, the value and what is allowed."""
    with pytest.raises(DataError, match=rf"^{option.replace('_', '-')} is .*; allowed: "):
        Recipe(**{option: value})  # type: ignore[arg-type]  # any of the options


def test_the_half_life_has_a_default_that_can_be_turned_off() -> None:
    """Zero is off."""
    assert Recipe().days > 0
    assert Recipe(half_life=0).days == 0
    assert Recipe(half_life=30).days == 30


@pytest.mark.parametrize("objective", TRAINED)
def test_each_objective_takes_positive_targets(objective: str) -> None:
    """Any of them can learn a price."""
    Recipe(objective=objective).refuse_unfit(shipments())
    assert shipments().y.min() > 0


@pytest.mark.parametrize(
    ("objective", "least", "fits"),
    [
        ("reg:quantileerror", -1, True),
        ("reg:tweedie", 0, True),
        ("reg:tweedie", -1, False),
        ("count:poisson", -1, False),
        ("reg:gamma", 0, False),
    ],
)
def test_a_target_that_an_objective_cannot_learn_is_refused(
    objective: str, least: float, *, fits: bool
) -> None:
    """The message names another objective."""
    table = shipments()
    table = replace(table, y=table.y - table.y.min() + least)
    recipe = Recipe(objective=objective)
    if fits:
        recipe.refuse_unfit(table)
        return
    with pytest.raises(DataError, match=f"'freight_value' goes down to {least}.*quantileerror"):
        recipe.refuse_unfit(table)
