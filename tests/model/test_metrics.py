"""Errors of estimates against outcomes."""

import numpy as np
import pytest

from model.manifest import Scores
from model.metrics import average, percent_change, scores


def test_errors_are_absolute_and_square_means() -> None:
    """In the target's unit."""
    found = scores(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 7.0]))
    assert found == Scores(mae=2.0, rmse=round((20 / 3) ** 0.5, 6))


def test_an_interval_covers_its_own_ends() -> None:
    """Coverage is a share of the rows, width a mean."""
    outcome = np.array([1.0, 2.0, 3.0, 4.0])
    found = scores(outcome, outcome, np.array([1.0, 0, 0, 5]), np.array([2.0, 2, 2, 6]))
    assert (found.coverage, found.width) == (0.5, 1.5)


def test_large_values_keep_their_precision() -> None:
    """Sums are made in 64 bits."""
    price = np.full(100_000, 16_777_217.0, dtype=np.float32)
    assert scores(price, np.zeros(100_000, dtype=np.float32)).mae == 16_777_216.0


def test_an_average_takes_each_figure_by_itself() -> None:
    """A figure that no part has stays away."""
    found = average([Scores(1.0, 2.0, 0.9), Scores(3.0, 6.0, 0.8)])
    assert (found.mae, found.rmse, found.coverage) == pytest.approx((2.0, 4.0, 0.85))
    assert found.width is None


def test_a_change_is_in_percent() -> None:
    """Nothing can be said of a reference of 0."""
    assert percent_change(91.0, 100.0) == pytest.approx(-9.0)
    assert percent_change(1.0, 0.0) == 0.0
