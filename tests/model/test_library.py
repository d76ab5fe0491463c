"""libxgboost by its C API: what the package says of the same rows, and errors in our words."""

from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from model import library
from model.errors import LibraryError
from model.library import LibraryBooster
from tests.model.builders import booster, rows

CASES: dict[str, dict[str, Any]] = {
    "squared error": {},
    "log link": {"objective": "reg:tweedie"},
    "quantiles": {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.5, 0.9]},
    "categories": {"types": ["float", "c"]},
    "weighted trees": {"booster": "dart"},
}


def opened(model: xgboost.Booster) -> LibraryBooster:
    rounds = (0, model.num_boosted_rounds())
    return LibraryBooster(bytes(model.save_raw("ubj")), model.num_features(), rounds)


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_prices_are_those_of_the_package(options: dict[str, Any]) -> None:
    """Of many rows and of each by itself, missing values too."""
    model = booster(**options)
    x = rows(500, 2)
    x[:, 1] = np.floor(x[:, 1] / 34)
    x[::7, 0] = np.nan
    expected = model.inplace_predict(x, validate_features=False).reshape(len(x), -1)
    found = opened(model).outputs_of(array("f", x.tobytes()))
    np.testing.assert_array_equal(np.array(found, dtype=np.float32), expected.ravel())
    for row, outputs in zip(x[:20].tolist(), expected, strict=False):
        assert list(opened(model).outputs(row)) == outputs.tolist()


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_contributions_are_those_of_the_package(options: dict[str, Any]) -> None:
    """One for each output and feature, and the bias."""
    model, x = booster(**options), rows(5, 2)
    x[:, 1] = np.floor(x[:, 1] / 34)
    x[0, 0] = np.nan
    types = options.get("types")
    matrix = xgboost.DMatrix(x, feature_names=["size", "mass"], feature_types=types, nthread=1)
    expected = model.predict(matrix, pred_contribs=True, strict_shape=True)
    for row, contributions in zip(x.tolist(), expected, strict=True):
        assert list(opened(model).contributions_of(row)) == contributions.ravel().tolist()


def test_only_the_rounds_that_predict_count() -> None:
    """As in a model whose training was stopped early."""
    model, row = booster(rounds=9), [10.0, 90.0]
    some = LibraryBooster(bytes(model.save_raw("ubj")), 2, (0, 3))
    expected = model.inplace_predict(
        np.array([row]), iteration_range=(0, 3), validate_features=False
    )
    assert list(some.outputs(row)) == expected.tolist()


def test_threads_do_not_disturb_each_other() -> None:
    """The first of them opens the booster for all."""
    many = rows(200, 2).tolist()
    expected = [list(opened(booster()).outputs(row)) for row in many]
    shared = opened(booster())
    with ThreadPoolExecutor(4) as pool:
        assert [list(found) for found in pool.map(shared.outputs, many)] == expected


def test_a_model_that_the_library_refuses_is_an_error_of_ours() -> None:
    """With the first line of what it says, without its stack."""
    broken = LibraryBooster(b"{}", 2, (0, 1))
    with pytest.raises(LibraryError, match=r"^libxgboost: .*[^ ]$"):
        broken.outputs([1.0, 2.0])


def test_the_library_has_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not, the way out is named."""
    monkeypatch.setattr(library, "find_spec", lambda name: None)
    with pytest.raises(LibraryError, match="pip install xgboost-cpu"):
        library.path()


def test_a_package_without_the_library_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As after an installation that was cut short."""
    (tmp_path / "xgboost").mkdir()
    origin = str(tmp_path / "xgboost" / "__init__.py")
    spec = type("Spec", (), {"origin": origin})
    monkeypatch.setattr(library, "find_spec", lambda name: spec)
    with pytest.raises(LibraryError, match=r"libxgboost.so: no such file: install"):
        library.path()
