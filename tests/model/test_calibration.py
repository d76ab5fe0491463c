"""Calibration: what rows tell of a foreign model."""

from pathlib import Path

import numpy as np
import pytest
import xgboost

from model.adoption import fitted, own_table, with_missing, with_target
from model.calibration import calibrated, fewest_rows, narrowed
from model.draft import drafted, finished
from model.errors import DataError
from model.features import read_feature_table
from model.foreign import Foreign, read_foreign
from model.manifest import Manifest
from model.predictor import Predictor
from model.table import Table, read_table
from tests.model.builders import booster, data_file, outcomes, rows, saved, toml


def foreign(tmp_path: Path, model: xgboost.Booster | None = None) -> Foreign:
    return read_foreign(saved(tmp_path / "model.ubj", model))


def table_of(tmp_path: Path, model: Foreign, count: int = 400) -> Table:
    wanted = with_target(fitted(model, own_table(model, missing=False)), "cost")
    return read_table(data_file(tmp_path / "data.csv", ("size", "mass"), count), wanted)


def measured(tmp_path: Path, model: Foreign, coverage: float = 0.9) -> Manifest:
    wanted = fitted(model, own_table(model, missing=False))
    return calibrated(drafted(model, wanted), model, table_of(tmp_path, model), coverage)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("levels", [None, [0.2, 0.5, 0.8]])
def test_the_interval_covers_new_rows(
    tmp_path: Path, coverage: float, levels: list[float] | None
) -> None:
    """Rows that neither the model nor the calibration saw, with one output or with quantiles."""
    objective = "reg:quantileerror" if levels else "reg:squarederror"
    model = foreign(tmp_path, booster(objective=objective, quantile_alpha=levels))
    manifest = measured(tmp_path, model, coverage)
    assert manifest.interval is not None
    assert manifest.interval.method == ("cqr" if levels else "split")
    x = rows(2000, 2, seed=77)
    y = outcomes(x, seed=78)
    estimates = Predictor(model.model, manifest).predict_rows(x.tolist())
    inside = [e.low <= cost <= e.high for e, cost in zip(estimates, y, strict=True)]
    assert np.mean(inside) == pytest.approx(coverage, abs=0.07)


def test_the_errors_are_measured_on_the_other_half(tmp_path: Path) -> None:
    """Beside the baselines, and the coverage is theirs too."""
    metrics = measured(tmp_path, foreign(tmp_path)).metrics
    assert metrics is not None
    assert metrics.rows == 200
    assert metrics.model.mae < metrics.baselines["mean"].mae
    assert metrics.model.coverage == pytest.approx(0.9, abs=0.08)


def test_the_features_gain_ranges_and_examples(tmp_path: Path) -> None:
    """Both from the rows."""
    manifest = measured(tmp_path, foreign(tmp_path))
    for feature in manifest.features:
        assert feature.training is not None
        assert 0 <= feature.training.minimum < feature.training.maximum <= 100
        assert isinstance(feature.example, float)
    assert manifest.data is not None
    assert manifest.data.rows == 400


def test_the_same_rows_give_the_same_manifest(tmp_path: Path) -> None:
    """The halves are chosen the same way each time."""
    model = foreign(tmp_path)
    first, second = (finished(measured(tmp_path, model), model) for _ in range(2))
    assert first == second


def test_a_nameless_model_may_have_any_columns(tmp_path: Path) -> None:
    """Even such as no booster could be called by, the baselines among them."""
    model = foreign(tmp_path, booster(None, width=2))
    size, mass = 'name = "size"\ncolumn = "size [m]"', 'name = "mass"\ncolumn = "a<b"'
    wanted = fitted(model, read_feature_table(toml(tmp_path / "table.toml", size, mass)))
    table = read_table(data_file(tmp_path / "data.csv", ("size [m]", "a<b")), wanted)
    manifest = calibrated(drafted(model, wanted), model, table, 0.9)
    assert [feature.column for feature in manifest.features] == ["size [m]", "a<b"]


@pytest.mark.parametrize(("coverage", "fewest"), [(0.9, 40), (0.8, 20), (0.5, 8), (0.99, 400)])
def test_too_few_rows_are_refused(tmp_path: Path, coverage: float, fewest: int) -> None:
    """Half of them must be enough for both tails."""
    assert fewest_rows(coverage) == fewest
    model = foreign(tmp_path)
    draft = drafted(model, fitted(model, own_table(model, missing=False)))
    few = table_of(tmp_path, model, fewest - 1)
    with pytest.raises(DataError, match=f"{fewest - 1} usable rows; .* needs at least {fewest}"):
        calibrated(draft, model, few, coverage)
    enough = calibrated(draft, model, table_of(tmp_path, model, fewest), coverage)
    assert enough.interval is not None


@pytest.mark.parametrize("coverage", [0.0, 1.0, -1.0, 90.0])
def test_a_coverage_that_is_none(tmp_path: Path, coverage: float) -> None:
    """It is a share."""
    with pytest.raises(DataError, match="allowed: between 0 and 1"):
        measured(tmp_path, foreign(tmp_path), coverage)


def test_values_may_be_missing_where_the_rows_lack_some(tmp_path: Path) -> None:
    """And nowhere else."""
    model = foreign(tmp_path)
    path = data_file(tmp_path / "data.csv", ("size", "mass"))
    header, first, *others = path.read_text(encoding="utf-8").splitlines()
    lacking = ",".join(["", *first.split(",")[1:]])
    path.write_text("\n".join([header, lacking, *others]), encoding="utf-8")
    wanted = with_missing(with_target(own_table(model, missing=False), "cost"))
    table = narrowed(read_table(path, wanted))
    assert [feature.missing for feature in table.features] == [True, False]
    assert len(table) == 200
