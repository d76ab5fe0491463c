"""Foreign models: which outputs, rounds and categories they have."""

from pathlib import Path

import numpy as np
import pyarrow
import pytest
import xgboost

from model.bundle import sha256
from model.errors import BundleError
from model.foreign import Foreign, read_foreign
from tests.model.builders import booster, edited, outcomes, rows, saved


def foreign(tmp_path: Path, model: xgboost.Booster) -> Foreign:
    """The model, saved and read again."""
    return read_foreign(saved(tmp_path / "model.ubj", model))


def quantiles(*levels: float) -> xgboost.Booster:
    return booster(objective="reg:quantileerror", quantile_alpha=list(levels))


def test_a_ubj_keeps_its_bytes(tmp_path: Path) -> None:
    """The hash in the bundle is that of the file that was given."""
    path = saved(tmp_path / "model.ubj")
    read = read_foreign(path)
    assert read.model == path.read_bytes()
    assert read.facts.sha256 == sha256(path.read_bytes())
    assert read.columns == ("size", "mass")


def test_a_json_becomes_the_same_ubj_each_time(tmp_path: Path) -> None:
    """Which predicts the same."""
    path = saved(tmp_path / "model.json")
    read = read_foreign(path)
    assert read.model == read_foreign(path).model
    x = rows(50, 2)
    again = xgboost.Booster(model_file=bytearray(read.model))
    assert np.array_equal(again.inplace_predict(x), booster().inplace_predict(x))


@pytest.mark.parametrize(
    ("objective", "link"),
    [("reg:squarederror", "identity"), ("reg:gamma", "log"), ("reg:tweedie", "log"),
     ("count:poisson", "log"), ("reg:squaredlogerror", "identity")],
)  # fmt: skip
def test_the_link_is_the_objectives(tmp_path: Path, objective: str, link: str) -> None:
    """The prediction is the margin, or its exponential."""
    read = foreign(tmp_path, booster(objective=objective))
    assert (read.facts.objective, read.facts.link, read.facts.outputs) == (objective, link, 1)
    x = rows(20, 2)
    margin = read.booster.inplace_predict(x, predict_type="margin")
    price = np.exp(margin) if link == "log" else margin
    assert read.booster.inplace_predict(x) == pytest.approx(price, rel=1e-5)


@pytest.mark.parametrize(
    ("levels", "low", "price", "high"),
    [
        ((0.5,), None, 0, None),
        ((0.05, 0.5, 0.95), 0, 1, 2),
        ((0.95, 0.05, 0.5), 1, 2, 0),
        ((0.05, 0.25, 0.5, 0.75, 0.95), 0, 2, 4),
        ((0.01, 0.1, 0.5, 0.9), 1, 2, 3),
        ((0.2, 0.5, 0.9), None, 1, None),
    ],
)
def test_the_outputs_of_quantiles(
    tmp_path: Path, levels: tuple[float, ...], low: int | None, price: int, high: int | None
) -> None:
    """The price is the median, the interval the widest pair around it, in whatever order."""
    facts = foreign(tmp_path, quantiles(*levels)).facts
    assert (facts.low, facts.price, facts.high) == (low, price, high)
    assert facts.outputs == len(levels)


def test_quantiles_without_a_median_are_refused(tmp_path: Path) -> None:
    """The message names those that there are."""
    with pytest.raises(BundleError, match=r"quantiles are 0\.1, 0\.9, and none of them is 0\.5"):
        foreign(tmp_path, quantiles(0.1, 0.9))


def test_all_rounds_predict_without_early_stopping(tmp_path: Path) -> None:
    """Trees that are grown side by side are one round."""
    assert foreign(tmp_path, booster(rounds=4)).facts.iterations == (0, 4)
    forests = booster(rounds=4, num_parallel_tree=3, subsample=0.5)
    assert foreign(tmp_path, forests).facts.iterations == (0, 4)


@pytest.mark.parametrize("kind", ["gbtree", "dart"])
def test_rounds_beyond_the_best_one_do_not_predict(tmp_path: Path, kind: str) -> None:
    """A model that stopped early predicts as it did where it was made."""
    model = booster(rounds=6, booster=kind)
    model.set_attr(best_iteration="2")
    read = foreign(tmp_path, model)
    assert read.facts.iterations == (0, 3)
    x = rows(20, 2)
    found = read.booster.inplace_predict(x, iteration_range=(0, 3))
    assert found == pytest.approx(booster(rounds=3, booster=kind).inplace_predict(x), rel=1e-5)


def test_a_best_round_beyond_the_last_one_is_the_last(tmp_path: Path) -> None:
    """As in a model that was cut after it stopped."""
    model = booster(rounds=4)
    model.set_attr(best_iteration="9")
    assert foreign(tmp_path, model).facts.iterations == (0, 4)


@pytest.mark.parametrize("best", ["-1", "two", "1.5"])
def test_a_best_round_that_is_no_number(tmp_path: Path, best: str) -> None:
    """The message says how to mend it."""
    model = booster()
    model.set_attr(best_iteration=best)
    with pytest.raises(BundleError, match=f"best_iteration is '{best}'"):
        foreign(tmp_path, model)


def test_a_model_without_names(tmp_path: Path) -> None:
    """Has no columns, but a number of features."""
    read = foreign(tmp_path, booster(None, width=3))
    assert read.columns is None
    assert read.categorical == (False, False, False)


def test_categories_without_labels(tmp_path: Path) -> None:
    """A feature is one by its type, or where it is split by category."""
    read = foreign(tmp_path, booster(types=["float", "c"]))
    assert read.categorical == (False, True)
    assert read.labels == ((), ())


def test_categories_that_the_file_stores(tmp_path: Path) -> None:
    """In the order of their codes, numbers as texts."""
    codes = pyarrow.array(np.arange(200) % 3, pyarrow.int32())
    labels = pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(["red", "grün", "blue"]))
    x = rows(200, 1)[:, 0]
    table = pyarrow.table({"size": x, "colour": labels})
    y = outcomes(np.column_stack([x, np.arange(200) % 3]).astype(np.float32))
    matrix = xgboost.DMatrix(table, y, enable_categorical=True, nthread=1)
    model = xgboost.train({"max_depth": 3, "nthread": 1}, matrix, 4)
    read = foreign(tmp_path, model)
    assert read.labels == ((), ("red", "grün", "blue"))
    row = np.array([[50.0, 2.0]], dtype=np.float32)
    first_blue = float(model.predict(matrix)[2])
    row[0, 0] = x[2]
    assert float(read.booster.inplace_predict(row)[0]) == pytest.approx(first_blue)


def test_settings_that_do_not_fit_the_objective(tmp_path: Path) -> None:
    """The library's own refusal has no trace in the message."""
    spoiled = {"name": "reg:quantileerror", "quantile_loss_param": {"quantile_alphA": "[5E-1]"}}
    path = edited(tmp_path / "model.json", lambda m: m.update(objective=spoiled))
    with pytest.raises(BundleError, match="settings do not fit its objective") as caught:
        read_foreign(path)
    assert "Stack" not in str(caught.value)
