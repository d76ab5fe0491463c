"""The feature table: what a person may write, and what is refused by name."""

import tomllib
from pathlib import Path

import pytest

from model.errors import FeatureTableError
from model.features import RESERVED, SHIPPING, FeatureTable, read_feature_table
from model.manifest import Feature, Target
from tests.model.builders import toml

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "features.toml"
SIZE = 'name = "size"\ncolumn = "size_cm"\n'
KIND = 'name = "kind"\ncolumn = "kind"\ncategories = ["a", "b"]\n'


def read(tmp_path: Path, *features: str, target: str = 'name = "cost"\ncolumn = "cost"') -> (
    FeatureTable
):  # fmt: skip
    return read_feature_table(toml(tmp_path / "table.toml", *features, target=target))


def test_the_default_table_is_the_shipping_five() -> None:
    """By the names of the original contract, in the order of its model."""
    table = read_feature_table()
    assert table == read_feature_table(SHIPPING)
    assert [f.name for f in table.features] == ["price", "weight", "height", "distance", "volume"]
    assert [f.column for f in table.features] == [
        "price", "product_weight_g", "product_height_cm", "delivery_distance_km",
        "product_volume_cm3",
    ]  # fmt: skip
    assert (table.target.name, table.target.column) == (
        "shipping_estimated_price", "freight_value",
    )  # fmt: skip
    assert (table.target.decimals, table.target.minimum) == (2, 0.0)


def test_everything_that_may_be_written(tmp_path: Path) -> None:
    """Whole numbers are numbers too."""
    table = read(
        tmp_path,
        SIZE + 'unit = "cm"\ndescription = "d"\nexample = 5\nminimum = 0\nmaximum = 9.5\n'
        "missing = true",
        KIND + 'example = "b"',
        target='name = "cost"\ncolumn = "paid"\nunit = "BRL"\ndecimals = 2\nminimum = 0',
    )
    size, kind = table.features
    assert (size.example, size.minimum, size.maximum, size.missing) == (5.0, 0.0, 9.5, True)
    assert (kind.categories, kind.example) == (("a", "b"), "b")


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ([], "missing required field `features`"),
        ([SIZE, SIZE], "the name 'size' stands twice"),
        ([SIZE, SIZE.replace('"size"', '"other"')], "the column 'size_cm' stands twice"),
        ([SIZE.replace('"size"', '"cost"')], "the name 'cost' stands twice"),
        ([SIZE.replace("size_cm", "cost")], "the column 'cost' stands twice"),
        ([SIZE.replace('"size"', '"a b"')], "'a b' cannot be a name"),
        ([SIZE.replace('"size"', '"_a"')], "'_a' cannot be a name"),
        ([SIZE.replace('"size"', '""')], "'' cannot be a name"),
        ([SIZE.replace('"size"', '"cost_low"')], "'cost_low' cannot be a feature's name"),
        ([SIZE.replace('"size"', '"cost_high"')], "with the target 'cost' it is a column of"),
        ([SIZE + "surprise = 1"], "unknown field `surprise`"),
        ([SIZE + "surprise = 1"], "The table examples/features.toml shows every key."),
        ([SIZE + 'minimum = "0"'], "Expected `float | null`, got `str`"),
        ([SIZE + "missing = 1"], "Expected `bool`, got `int`"),
        ([SIZE + "minimum = 2\nmaximum = 1"], "feature 'size': minimum 2.0 > maximum 1.0"),
        ([SIZE + "minimum = 2\nexample = 1"], "the example 1.0 is outside its bounds"),
        ([SIZE + "maximum = 2\nexample = 3"], "the example 3.0 is outside its bounds"),
        ([SIZE + "minimum = nan"], "bounds and example must be finite"),
        ([SIZE + "maximum = inf"], "bounds and example must be finite"),
        ([SIZE + "example = -inf"], "bounds and example must be finite"),
        ([SIZE + 'example = "x"'], "not a number nor one of its categories (none given)"),
        ([KIND + 'example = "c"'], "not a number nor one of its categories (a, b)"),
        ([KIND + "example = 1"], "the example must be one of its categories"),
        ([KIND.replace('"b"', '"a"')], "a category stands twice"),
        (
            [SIZE + "training = {minimum = 0, maximum = 1, edges = [], shares = []}"],
            "'training' is measured",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(tmp_path: Path, features: list[str], words: str) -> None:
    """The file, the feature or the key, and what is allowed."""
    with pytest.raises(FeatureTableError) as caught:
        read(tmp_path, *features)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'table.toml'}: ")
    assert words in message


def test_no_feature_at_all(tmp_path: Path) -> None:
    """An empty list is none."""
    path = tmp_path / "table.toml"
    path.write_text('features = []\n[target]\nname = "y"\ncolumn = "y"\n', encoding="utf-8")
    with pytest.raises(FeatureTableError, match="a model needs at least one"):
        read_feature_table(path)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ('name = "cost"', "missing required field `column`"),
        ('name = "a-b"\ncolumn = "c"', "'a-b' cannot be a name"),
        ('name = "c"\ncolumn = "c"\ndecimals = -1', "decimals are -1; allowed: 0 to 15"),
        ('name = "c"\ncolumn = "c"\ndecimals = 16', "decimals are 16"),
        ('name = "c"\ncolumn = "c"\nminimum = nan', "minimum is nan"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_target(tmp_path: Path, target: str, words: str) -> None:
    """As with a feature."""
    with pytest.raises(FeatureTableError) as caught:
        read(tmp_path, SIZE, target=target)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_the_names_of_an_answer_are_taken(tmp_path: Path, name: str) -> None:
    """Neither a feature nor the target can have one."""
    with pytest.raises(FeatureTableError, match="cannot be a name"):
        read(tmp_path, f'name = "{name}"\ncolumn = "x"')
    with pytest.raises(FeatureTableError, match="cannot be a name"):
        read(tmp_path, SIZE, target=f'name = "{name}"\ncolumn = "x"')


def test_the_example_shows_every_key() -> None:
    """Each one that a person may write; what is measured from data is not among them."""
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    written = {key for feature in document["features"] for key in feature}
    assert set(document["target"]) == set(Target.__struct_fields__)
    assert written == set(Feature.__struct_fields__) - {"training"}


def test_the_example_is_a_table() -> None:
    """With a category and a value that may be missing."""
    features = read_feature_table(EXAMPLE).features
    assert any(feature.categories for feature in features)
    assert any(feature.missing for feature in features)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"[target", "not valid TOML"), (b"\xff", "not valid TOML"), (b"", "missing required field")],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    """Nor TOML at all."""
    path = tmp_path / "table.toml"
    path.write_bytes(content)
    with pytest.raises(FeatureTableError, match=words):
        read_feature_table(path)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    """The message names it."""
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(FeatureTableError, match="cannot be read"):
            read_feature_table(path)
