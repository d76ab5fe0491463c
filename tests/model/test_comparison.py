"""The model and the baselines side by side."""

import pytest

from model.baselines import PLAIN
from model.comparison import MODEL, Comparison, averaged, compared
from model.manifest import Metrics, Scores


def comparison(mae: float, rows: int = 10) -> Comparison:
    scores = {PLAIN: Scores(4.0, 8.0), MODEL: Scores(mae, 7.5, 0.9, 12.345)}
    return Comparison("newest 20% by day", rows, scores)


def test_the_model_is_measured_against_plain_xgboost() -> None:
    """In percent of its error."""
    assert comparison(3.6).percent_below_plain == pytest.approx(10)
    assert comparison(5.0).percent_below_plain == pytest.approx(-25)


def test_a_table_has_a_line_for_each() -> None:
    """All of the same width, with empty cells where a baseline has no interval."""
    title, empty, *table = comparison(3.6, rows=1234).markdown().splitlines()
    assert title == "newest 20% by day, 1,234 rows"
    assert empty == ""
    assert len({len(line) for line in table}) == 1
    plain, model = ([cell.strip() for cell in line.split("|")[1:-1]] for line in table[2:])
    assert plain == [PLAIN, "4.00", "8.00", "+0.0 %", "", ""]
    assert model == [MODEL, "3.60", "7.50", "-10.0 %", "90.0%", "12.35"]


def test_an_average_is_the_mean_of_each_figure() -> None:
    """Of the same contestants in the same order, over all the rows."""
    mean = averaged("folds", [comparison(3.0), comparison(4.0, rows=12)])
    assert (mean.title, mean.rows) == ("folds", 22)
    assert list(mean.scores) == [PLAIN, MODEL]
    assert mean.scores[MODEL] == Scores(3.5, 7.5, 0.9, 12.345)


def test_a_manifest_holds_a_comparison() -> None:
    """The model's line comes last."""
    whole = comparison(3.6)
    metrics = Metrics(whole.title, whole.rows, whole.scores[MODEL], {PLAIN: whole.scores[PLAIN]})
    assert compared(metrics) == whole
    assert list(compared(metrics).scores) == [PLAIN, MODEL]
