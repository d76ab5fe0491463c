"""The pictures of a report, looked at as text: what a person reads in them must be there."""

import numpy as np
import pytest

from model import plots
from model.boosting import Curve
from model.drawing import MODEL_COLOUR
from model.manifest import Scores
from model.slices import Slice

PARTS = [
    Slice("0–10", 5, 1.0, {"mean": 2.0}, 0.95),
    Slice("10–20", 5, 1.5, {"mean": 2.5}, 0.8),
]


def values(*given: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(given, dtype=np.float32)


def test_the_comparison_names_everyone_and_their_errors() -> None:
    """MAE and RMSE with the unit, the figures at the bars."""
    picture = plots.comparison({"mean": Scores(8.55, 15.36), "us": Scores(4, 9)}, "us", "BRL")
    for text in ("mean", "us", "8.55", "15.36", "4.00", "9.00", "mean absolute error (BRL)"):
        assert f">{text}<" in picture
    assert picture.count(MODEL_COLOUR) == 2


def test_importance_shows_the_largest_features() -> None:
    """At most fifteen."""
    names = [f"feature{index:02}" for index in range(20)]
    picture = plots.importance(names, [float(index) for index in range(20)], "")
    assert ">feature19<" in picture
    assert ">feature05<" in picture
    assert ">feature04<" not in picture


def test_errors_and_coverage_have_a_panel_for_each_feature() -> None:
    """With the label of each slice."""
    panels = {"by weight (g)": PARTS, "by price (BRL)": PARTS}
    for picture in (plots.errors(panels, "mean"), plots.coverage(panels, 0.9)):
        for text in ("by weight (g)", "by price (BRL)", "0–10", "10–20"):
            assert f">{text}<" in picture
    assert "%<" in plots.coverage(panels, 0.9)


@pytest.mark.parametrize("best", [2, 20])
def test_the_learning_curve_marks_the_best_round(best: int) -> None:
    """At either end."""
    losses = [abs(best - 1 - index) + 1.0 for index in range(20)]
    picture = plots.learning_curve(Curve("rmse", tuple(losses), tuple(losses)))
    for text in (f"{best} rounds", "loss (rmse)", "rows learnt from", "rows held out"):
        assert f">{text}<" in picture


@pytest.mark.parametrize(
    ("price", "outcome", "ticks"),
    [
        (values(2, 30, 400), values(0, 50, 300), (">100<", ">200<")),
        (values(-2, 30), values(0, 50), (">0<", ">20<")),
        (values(7, 7), values(7, 7), (">7<",)),
        (values(0, 0), values(0, 0), (">0<",)),
    ],
)
def test_predicted_against_actual_holds_all_values(
    price: np.ndarray[tuple[int], np.dtype[np.float32]],
    outcome: np.ndarray[tuple[int], np.dtype[np.float32]],
    ticks: tuple[str, ...],
) -> None:
    """Logarithmic for prices, linear where they go under zero or are all zero."""
    picture = plots.agreement(price, outcome, "BRL")
    assert ">predicted (BRL)<" in picture
    assert all(tick in picture for tick in ticks)


@pytest.mark.parametrize("rows", [1, 5, 3000])
def test_residuals_run_over_time(rows: int) -> None:
    """However few there are."""
    time = np.datetime64("2024-01-01", "us") + np.arange(rows) * np.timedelta64(1, "h")
    picture = plots.residuals(time, np.linspace(-1, 1, rows, dtype=np.float32), "BRL")
    assert ">actual − predicted (BRL)<" in picture
