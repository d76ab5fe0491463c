"""Adoption: the feature table of a foreign model."""

from pathlib import Path

import numpy as np
import pyarrow
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st

from model.adoption import (
    fitted,
    is_shipping,
    own_table,
    request_names,
    with_missing,
    with_target,
)
from model.errors import FeatureTableError
from model.features import RESERVED, FeatureTable, read_feature_table
from model.foreign import Foreign, read_foreign
from tests.model.builders import SHIPPING_COLUMNS, booster, saved, toml
from tests.steady import STEADY


def foreign(tmp_path: Path, model: xgboost.Booster | None = None) -> Foreign:
    return read_foreign(saved(tmp_path / "model.ubj", model))


def table(tmp_path: Path, *features: str) -> FeatureTable:
    return read_feature_table(toml(tmp_path / "table.toml", *features))


def test_the_models_own_names(tmp_path: Path) -> None:
    """Each feature is called as the model calls it, and answers a prediction."""
    own = own_table(foreign(tmp_path), missing=False)
    assert [(f.name, f.column, f.missing) for f in own.features] == [
        ("size", "size", False),
        ("mass", "mass", False),
    ]
    assert own.target.name == "prediction"


def test_a_model_without_names_counts(tmp_path: Path) -> None:
    """As the library itself would call its features."""
    own = own_table(foreign(tmp_path, booster(None, width=3)), missing=True)
    assert [f.column for f in own.features] == ["f0", "f1", "f2"]
    assert all(f.missing for f in own.features)


def test_no_feature_is_called_like_a_bound(tmp_path: Path) -> None:
    """The interval's columns in a table of answers keep their names."""
    own = own_table(foreign(tmp_path, booster(["prediction_low", "mass"])), missing=False)
    assert [f.name for f in own.features] == ["prediction_low_2", "mass"]
    assert [f.column for f in own.features] == ["prediction_low", "mass"]


def test_the_shipping_columns_get_the_shipping_table(tmp_path: Path) -> None:
    """In that order only; then the answer has the name of the original contract."""
    shipping = foreign(tmp_path, booster(SHIPPING_COLUMNS))
    assert is_shipping(shipping)
    assert own_table(shipping, missing=False) == read_feature_table()
    assert own_table(shipping, missing=True) == with_missing(read_feature_table())
    turned = foreign(tmp_path, booster(SHIPPING_COLUMNS[::-1]))
    assert not is_shipping(turned)
    assert own_table(turned, missing=False).target.name == "prediction"


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("weight", "weight"),
        ("Weight", "Weight"),
        ("Weight (kg)", "weight_kg"),
        ("preço/frete", "preço_frete"),
        ("2nd", "feature_2nd"),
        ("_x", "x"),
        ("%", "feature"),
        ("warnings", "feature_warnings"),
        ("prediction", "prediction_2"),
    ],
)
def test_names_are_cleaned(column: str, name: str) -> None:
    """Only where a request could not use them."""
    assert request_names([column], taken=["prediction"]) == (name,)


def test_names_stay_apart() -> None:
    """Columns that clean to the same name get a number."""
    assert request_names(["a b", "a_b", "A-B"]) == ("a_b", "a_b_2", "a_b_3")


@STEADY
@given(st.lists(st.text(max_size=8), max_size=8))
def test_any_names_become_names(columns: list[str]) -> None:
    """Each can be used in a request, and none stands twice."""
    names = request_names(columns, taken=["prediction"])
    assert len(names) == len(columns)
    assert len({*names, "prediction"}) == len(names) + 1
    assert all(name.isidentifier() and not name.startswith("_") for name in names)
    assert not RESERVED & set(names)


def test_another_target_keeps_its_name(tmp_path: Path) -> None:
    """Only the column is another; a feature cannot be it."""
    own = with_target(own_table(foreign(tmp_path), missing=False), "paid")
    assert (own.target.name, own.target.column) == ("prediction", "paid")
    with pytest.raises(FeatureTableError, match="the target 'mass' is a feature"):
        with_target(own, "mass")


def test_a_table_that_fits(tmp_path: Path) -> None:
    """Columns in the model's order, under whatever names."""
    wanted = table(tmp_path, 'name = "a"\ncolumn = "size"', 'name = "b"\ncolumn = "mass"')
    assert fitted(foreign(tmp_path), wanted) == wanted


def test_a_table_in_another_order(tmp_path: Path) -> None:
    """Its features are put in the order of the model's names."""
    wanted = table(tmp_path, 'name = "b"\ncolumn = "mass"', 'name = "a"\ncolumn = "size"')
    assert [f.name for f in fitted(foreign(tmp_path), wanted).features] == ["a", "b"]


def test_a_table_names_the_features_of_a_nameless_model(tmp_path: Path) -> None:
    """By their place; only the number must fit."""
    wanted = table(tmp_path, 'name = "a"\ncolumn = "x"', 'name = "b"\ncolumn = "y"')
    nameless = foreign(tmp_path, booster(None, width=2))
    assert fitted(nameless, wanted) == wanted
    one = table(tmp_path, 'name = "a"\ncolumn = "x"')
    with pytest.raises(FeatureTableError, match="has 1 features, the model 2 without names"):
        fitted(nameless, one)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("size",), "the table lacks mass"),
        (("size", "mass", "age"), "the model has no age"),
        (("size", "age"), "the table lacks mass; the model has no age"),
    ],
)
def test_a_table_that_does_not_fit(tmp_path: Path, columns: tuple[str, ...], words: str) -> None:
    """The columns at fault are named, and those that are expected."""
    wanted = table(tmp_path, *(f'name = "{c}"\ncolumn = "{c}"' for c in columns))
    with pytest.raises(FeatureTableError, match=words) as caught:
        fitted(foreign(tmp_path), wanted)
    assert "The columns must be size, mass." in str(caught.value)


def test_categories_come_from_the_table(tmp_path: Path) -> None:
    """Where the file stores none; without them the message says what to write."""
    model = foreign(tmp_path, booster(types=["float", "c"]))
    with pytest.raises(FeatureTableError, match=r'categories = \["first", "second"\]'):
        fitted(model, own_table(model, missing=False))
    size, mass = 'name = "size"\ncolumn = "size"', 'name = "mass"\ncolumn = "mass"'
    wanted = table(tmp_path, size, f'{mass}\ncategories = ["a", "b", "c"]')
    assert fitted(model, wanted).features[1].categories == ("a", "b", "c")


def test_too_few_categories(tmp_path: Path) -> None:
    """The trees know more of them."""
    model = foreign(tmp_path, booster(types=["float", "c"]))
    size, mass = 'name = "size"\ncolumn = "size"', 'name = "mass"\ncolumn = "mass"'
    wanted = table(tmp_path, size, f'{mass}\ncategories = ["a"]')
    assert model.forest.codes[1] >= 1
    with pytest.raises(FeatureTableError, match="and 1 are known"):
        fitted(model, wanted)


def coloured(tmp_path: Path) -> Foreign:
    """A model whose file stores the labels of its one feature."""
    codes = pyarrow.array(np.arange(60) % 3, pyarrow.int32())
    labels = pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(["red", "green", "blue"]))
    table = pyarrow.table({"colour": labels})
    matrix = xgboost.DMatrix(table, np.arange(60) % 3, enable_categorical=True, nthread=1)
    return foreign(tmp_path, xgboost.train({"max_depth": 2, "nthread": 1}, matrix, 2))


def test_stored_categories_need_no_table(tmp_path: Path) -> None:
    """A table may repeat them in any order, but not change them: the codes are the model's."""
    model, colour = coloured(tmp_path), 'name = "c"\ncolumn = "colour"'
    labels = ("red", "green", "blue")
    assert fitted(model, own_table(model, missing=False)).features[0].categories == labels
    repeated = (f"{colour}\ncategories = {given}" for given in (list(labels), list(labels[::-1])))
    for lines in (colour, *repeated):
        assert fitted(model, table(tmp_path, lines)).features[0].categories == labels
    with pytest.raises(FeatureTableError) as refusal:
        fitted(model, table(tmp_path, f'{colour}\ncategories = ["blue", "green"]'))
    assert 'Write categories = ["red", "green", "blue"], in any order' in str(refusal.value)
