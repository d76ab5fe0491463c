"""Doubts about a model: told where its figures are bad, and only there."""

import pytest

from model.doubts import doubts
from model.manifest import Metrics, Scores


def told(mae: float, coverage: float | None, promised: float = 0.9) -> str:
    """The doubts about a model beside a mean whose MAE is 8."""
    ours, mean = Scores(mae, 9.0, coverage), Scores(8.0, 15.0)
    return "\n".join(doubts(Metrics("newest 20% by day", 100, ours, {"mean": mean}), promised))


@pytest.mark.parametrize(
    ("mae", "coverage", "promised"),
    [(7.9, 0.9, 0.9), (7.9, 0.8, 0.9), (0.0, 1.0, 0.9), (7.9, None, 0.9), (7.9, 0.4, 0.5)],
)
def test_a_good_model_raises_none(mae: float, coverage: float | None, promised: float) -> None:
    """Ten points under the promise are left to chance."""
    assert told(mae, coverage, promised) == ""


@pytest.mark.parametrize("mae", [8.0, 8.5])
def test_prices_no_better_than_the_mean(mae: float) -> None:
    """As good is not good enough."""
    assert told(mae, 0.9).startswith(
        f"the model's MAE is {mae:g}, that of always predicting the mean 8"
    )


def test_an_interval_that_breaks_its_promise() -> None:
    """What it holds is told beside what was promised."""
    assert told(7.0, 0.799).startswith(
        "the interval holds 79.9% of the outcomes, and 90% are promised"
    )


def test_both_are_told() -> None:
    """The prices first."""
    first, second = told(9.0, 0.1).splitlines()
    assert "MAE" in first
    assert "interval" in second
