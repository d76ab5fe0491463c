"""The verb `import`: from a file to a bundle that loads."""

import pickle
from pathlib import Path

import pytest
import xgboost

from model.__main__ import main
from model.bundle import load, read_manifest
from tests.model.builders import (
    SHIPPING_COLUMNS,
    aged,
    booster,
    data_file,
    edited,
    rows,
    saved,
    toml,
)


def imported(tmp_path: Path, *options: str, model: xgboost.Booster | None = None) -> Path:
    """The bundle that comes of a model."""
    path = saved(tmp_path / "model.ubj", model)
    out = tmp_path / "bundle"
    assert main(["import", str(path), "--out", str(out), *options]) == 0
    return out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the verb says when it refuses."""
    assert main(["import", *arguments]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    return captured.err


@pytest.mark.parametrize("kind", ["gbtree", "dart"])
@pytest.mark.parametrize("objective", ["reg:squarederror", "reg:gamma", "reg:quantileerror"])
def test_an_imported_model_answers_as_it_did(tmp_path: Path, kind: str, objective: str) -> None:
    """Where it was made: each row the same, and its contributions sum to it."""
    levels = [0.1, 0.5, 0.9] if objective == "reg:quantileerror" else None
    model = booster(objective=objective, quantile_alpha=levels, booster=kind)
    predictor = load(imported(tmp_path, model=model))
    x = rows(30, 2, seed=9)
    expected = model.inplace_predict(x).reshape(30, -1)[:, 1 if levels else 0]
    assert [e.price for e in predictor.predict_rows(x.tolist())] == pytest.approx(
        expected, rel=1e-5
    )
    for row in x[:5].tolist():
        why = predictor.explain(row)
        total = why.baseline + sum(why.contributions)
        assert total == pytest.approx(predictor.predict(row).price, rel=1e-4)


def test_a_model_of_the_original_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """XGBoost 1.6, the five shipping columns: the same prices by the original contract."""
    model = booster(SHIPPING_COLUMNS)
    path = edited(tmp_path / "model.json", aged, model)
    assert main(["import", str(path), "--out", str(tmp_path / "bundle")]) == 0
    assert "These are the shipping features" in capsys.readouterr().out
    predictor = load(tmp_path / "bundle")
    assert predictor.manifest.target.name == "shipping_estimated_price"
    names = [feature.name for feature in predictor.manifest.features]
    assert names == ["price", "weight", "height", "distance", "volume"]
    x = rows(20, 5, seed=4)
    prices = [estimate.price for estimate in predictor.predict_rows(x.tolist())]
    assert prices == pytest.approx(model.inplace_predict(x), rel=1e-6)


def test_without_data_nothing_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the verb says what that means."""
    predictor = load(imported(tmp_path))
    assert predictor.predict([1.0, 1.0]).low is None
    assert predictor.warnings([1e9, 1e9]) == []
    said = capsys.readouterr().out
    assert "No data given: no interval" in said
    assert "Missing values are refused" in said


def test_with_data_everything_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Interval, errors and ranges; the verb says how many rows there were."""
    data = data_file(tmp_path / "data.csv", ("size", "mass"))
    out = imported(tmp_path, "--data", str(data), "--target", "cost", "--coverage", "0.8")
    predictor = load(out)
    estimate = predictor.predict([50.0, 50.0])
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low < estimate.price < estimate.high
    assert [warning.feature for warning in predictor.warnings([1e9, 50.0])] == ["size"]
    assert predictor.manifest.interval is not None
    assert predictor.manifest.interval.coverage == 0.8
    said = capsys.readouterr()
    assert "200 rows: half of them calibrate" in said.out
    assert "| plain XGBoost (50 trees of depth 6) " in said.out
    assert "| this model " in said.out
    assert said.err == ""


def test_a_model_that_prices_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is imported with a warning."""
    data = data_file(tmp_path / "data.csv", ("size", "mass"))
    header, *lines = data.read_text(encoding="utf-8").splitlines()
    lines = [f"{line.rsplit(',', 1)[0]},{1000 + index}" for index, line in enumerate(lines)]
    data.write_text("\n".join([header, *lines]), encoding="utf-8")
    imported(tmp_path, "--data", str(data), "--target", "cost")
    assert capsys.readouterr().err.startswith("warning: the model's MAE is ")


def test_quantiles_need_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without any they are no interval, and the verb says how they become one."""
    model = booster(objective="reg:quantileerror", quantile_alpha=[0.1, 0.5, 0.9])
    words = "quantiles make an interval once --data calibrates them"
    imported(tmp_path)
    assert words not in capsys.readouterr().out
    imported(tmp_path, model=model)
    assert words in capsys.readouterr().out


def test_a_model_without_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The order of the table is all that says which column is which."""
    table = toml(tmp_path / "t.toml", 'name = "a"\ncolumn = "x"', 'name = "b"\ncolumn = "y"')
    words = "The model has no names: columns are taken in the table's order."
    imported(tmp_path, "--features", str(table), model=booster(None))
    assert words in capsys.readouterr().out
    imported(tmp_path)
    assert words not in capsys.readouterr().out


def test_rows_that_cannot_be_used_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here one without an outcome."""
    data = data_file(tmp_path / "data.csv", ("size", "mass"))
    data.write_text(data.read_text(encoding="utf-8") + "1,2,\n", encoding="utf-8")
    imported(tmp_path, "--data", str(data), "--target", "cost")
    assert "1 rows dropped: cost missing" in capsys.readouterr().out


def test_the_shipping_table_keeps_its_contract_with_data(tmp_path: Path) -> None:
    """Rows that lack a value are dropped: a request may not lack one either."""
    data = data_file(tmp_path / "data.csv", SHIPPING_COLUMNS)
    data.write_text(data.read_text(encoding="utf-8") + ",1,1,1,1,9\n", encoding="utf-8")
    model = booster(SHIPPING_COLUMNS)
    out = imported(tmp_path, "--data", str(data), "--target", "cost", model=model)
    manifest = read_manifest(out)
    assert not any(feature.missing for feature in manifest.features)
    assert manifest.data is not None
    assert manifest.data.rows == 200


def test_a_table_describes_the_features(tmp_path: Path) -> None:
    """Names, units, bounds and the answer's name come from it."""
    size = 'name = "length"\ncolumn = "size"\nunit = "m"\nminimum = 0.0\nmissing = true'
    table = toml(tmp_path / "t.toml", size, 'name = "mass"\ncolumn = "mass"')
    manifest = read_manifest(imported(tmp_path, "--features", str(table)))
    length, mass = manifest.features
    assert (length.name, length.column, length.unit, length.missing) == (
        "length",
        "size",
        "m",
        True,
    )
    assert not mass.missing
    assert manifest.target.name == "cost"


def test_missing_values_are_allowed_on_request(tmp_path: Path) -> None:
    """In every feature, whether a table names them or not."""
    size, mass = 'name = "a"\ncolumn = "size"', 'name = "b"\ncolumn = "mass"'
    table = toml(tmp_path / "t.toml", size, mass)
    for options in ([], ["--features", str(table)]):
        manifest = read_manifest(imported(tmp_path, "--allow-missing", *options))
        assert all(feature.missing for feature in manifest.features)


def test_the_same_import_gives_the_same_bundle(tmp_path: Path) -> None:
    """Byte for byte, from UBJ and from JSON."""
    for name in ("model.ubj", "model.json"):
        path = saved(tmp_path / name)
        for out in ("one", "two"):
            assert main(["import", str(path), "--out", str(tmp_path / out)]) == 0
        for file in ("manifest.json", "model.ubj"):
            assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_pickle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the lines that convert it, and without a bundle."""
    path, out = tmp_path / "model.pkl", tmp_path / "bundle"
    path.write_bytes(pickle.dumps(booster()))
    assert "pickle.load" in refused(capsys, str(path), "--out", str(out))
    assert not out.exists()


def test_a_feature_cannot_be_the_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither named as such nor by the default."""
    path, out = str(saved(tmp_path / "model.ubj", booster(["target", "mass"]))), str(tmp_path / "b")
    data = str(data_file(tmp_path / "data.csv", ("target", "mass")))
    assert "--target" in refused(capsys, path, "--out", out, "--data", data)
    assert "is a feature" in refused(capsys, path, "--out", out, "--target", "mass")
    assert main(["import", path, "--out", out, "--data", data, "--target", "cost"]) == 0


def test_too_little_data_leaves_the_old_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal writes nothing."""
    out = imported(tmp_path)
    before = (out / "manifest.json").read_bytes()
    data = data_file(tmp_path / "data.csv", ("size", "mass"), count=10)
    capsys.readouterr()
    said = refused(capsys, str(tmp_path / "model.ubj"), "--out", str(out),
                   "--data", str(data), "--target", "cost")  # fmt: skip
    assert "needs at least 40" in said
    assert (out / "manifest.json").read_bytes() == before


def test_a_directory_of_something_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not replaced by a bundle, and refused before the model is read."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear", encoding="utf-8")
    said = refused(capsys, str(tmp_path / "none.ubj"), "--out", str(home))
    assert "letter.txt" in said
    assert (home / "letter.txt").exists()


def test_an_objective_that_prices_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A classifier is no price."""
    classifier = {"name": "binary:logistic"}
    path = edited(tmp_path / "model.json", lambda m: m.update(objective=classifier))
    said = refused(capsys, str(path), "--out", str(tmp_path / "bundle"))
    assert "binary:logistic, whose answer is not a price" in said
