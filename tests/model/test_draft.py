"""The draft: what a manifest says of a foreign model without any data."""

from pathlib import Path

import msgspec
import pytest
import xgboost

from model.adoption import fitted, own_table
from model.draft import drafted, finished, golden_rows
from model.features import FeatureTable, read_feature_table
from model.foreign import Foreign, read_foreign
from model.manifest import Feature, Manifest
from model.predictor import Predictor
from tests.model.builders import booster, saved, toml


def foreign(tmp_path: Path, model: xgboost.Booster | None = None) -> Foreign:
    return read_foreign(saved(tmp_path / "model.ubj", model))


def draft(model: Foreign, table: FeatureTable | None = None) -> Manifest:
    return drafted(model, fitted(model, table or own_table(model, missing=False)))


def test_nothing_is_claimed_that_is_not_known(tmp_path: Path) -> None:
    """No interval, no errors, no data and no ranges."""
    manifest = draft(foreign(tmp_path))
    assert manifest.interval is None
    assert manifest.metrics is None
    assert manifest.data is None
    assert all(feature.training is None for feature in manifest.features)


def test_an_example_is_the_middle_of_the_thresholds(tmp_path: Path) -> None:
    """0 for a feature that no tree asks for, the first label for a category."""
    model = foreign(tmp_path, booster(["size", "mass", "idle"], max_depth=1, rounds=1))
    examples = [feature.example for feature in draft(model).features]
    middles = [t[len(t) // 2] if len(t) else 0.0 for t in model.forest.thresholds]
    assert 0.0 in examples
    assert examples == pytest.approx(middles)


def test_an_example_stays_in_its_bounds(tmp_path: Path) -> None:
    """And one that the table gives stays as it is."""
    size = 'name = "size"\ncolumn = "size"\nminimum = 1000.0'
    mass = 'name = "mass"\ncolumn = "mass"\nmaximum = -5.0'
    table = read_feature_table(toml(tmp_path / "t.toml", size, mass))
    assert [f.example for f in draft(foreign(tmp_path), table).features] == [1000.0, -5.0]
    given = read_feature_table(toml(tmp_path / "t.toml", f"{size}\nexample = 2000.0", mass))
    assert draft(foreign(tmp_path), given).features[0].example == 2000.0


def test_the_first_label_is_the_example_of_a_category(tmp_path: Path) -> None:
    """There is no middle of labels."""
    mass = 'name = "mass"\ncolumn = "mass"\ncategories = ["x", "y", "z"]'
    table = read_feature_table(toml(tmp_path / "t.toml", 'name = "size"\ncolumn = "size"', mass))
    model = foreign(tmp_path, booster(types=["float", "c"]))
    assert draft(model, table).features[1].example == "x"


def test_golden_rows_take_many_ways_through_the_trees(tmp_path: Path) -> None:
    """Their answers are exact, differ, and are the same each time."""
    model = foreign(tmp_path)
    manifest = finished(draft(model), model)
    assert manifest == finished(draft(model), model)
    assert len({golden.price for golden in manifest.golden}) > 1
    assert Predictor(model.model, manifest).golden_fault() is None


def test_golden_rows_are_rows_that_the_service_answers(tmp_path: Path) -> None:
    """Bounds may be narrower than the thresholds of the trees."""
    narrow = Feature("size", "size", minimum=40.0, maximum=50.0)
    high = Feature("mass", "mass", minimum=1000.0)
    rows = list(golden_rows(foreign(tmp_path).forest, (narrow, high)))
    assert {40.0, 50.0} <= {size for size, _ in rows}
    assert all(40.0 <= size <= 50.0 and mass == 1000.0 for size, mass in rows)


def test_a_golden_row_lacks_what_may_be_missing(tmp_path: Path) -> None:
    """None where the feature may be missing, a value where it may not."""
    model = foreign(tmp_path)
    size, mass = draft(model).features
    features = (size, msgspec.structs.replace(mass, missing=True))
    manifest = msgspec.structs.replace(draft(model), features=features)
    *_, last = finished(manifest, model).golden
    assert last.row[0] is not None
    assert last.row[1] is None


def test_golden_rows_hold_every_category(tmp_path: Path) -> None:
    """As codes."""
    model = foreign(tmp_path, booster(types=["float", "c"]))
    features = (Feature("size", "size"), Feature("mass", "mass", categories=("x", "y", "z")))
    codes = {row[1] for row in golden_rows(model.forest, features)}
    assert codes == {0.0, 1.0, 2.0}


def test_the_version_is_the_contents(tmp_path: Path) -> None:
    """The same model under another table is another version."""
    model = foreign(tmp_path)
    size, mass = 'name = "size"\ncolumn = "size"', 'name = "heft"\ncolumn = "mass"'
    table = read_feature_table(toml(tmp_path / "t.toml", size, mass))
    assert finished(draft(model), model).version != finished(draft(model, table), model).version
