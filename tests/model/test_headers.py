"""Headers: one way to call the features, in each file."""

import pytest

from model.errors import DataError
from model.headers import source_columns
from model.manifest import Feature

FEATURES = (Feature("price", "price"), Feature("weight", "weight_g"), Feature("age", "years"))


@pytest.mark.parametrize(
    "columns", [("price", "weight", "age"), ("price", "weight_g", "years")], ids=["name", "column"]
)
def test_either_way(columns: tuple[str, ...]) -> None:
    """Whatever else there is, in whatever order; the answer is in the features' order."""
    header = ["note", *reversed(columns), "zip"]
    assert source_columns(FEATURES, header, "in.csv") == list(columns)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["price", "weight"], "no column age"),
        (["price", "years"], "no column weight_g"),
        (["price", "weight", "years"], "no column weight_g"),
        ([], "no column price, weight_g, years"),
        (["Price", "Weight", "Age"], "no column price"),
    ],
)
def test_what_is_missing_is_named(columns: list[str], words: str) -> None:
    """Beside what there is and what is expected; ways are never mixed."""
    with pytest.raises(DataError, match=words) as caught:
        source_columns(FEATURES, columns, "in.csv")
    message = str(caught.value)
    assert message.startswith("in.csv: ")
    assert "either price, weight, age or price, weight_g, years" in message


def test_both_ways_at_once_are_refused() -> None:
    """Nobody knows which is meant."""
    header = ["price", "weight", "weight_g", "age", "years"]
    with pytest.raises(DataError, match="both weight and weight_g, age and years"):
        source_columns(FEATURES, header, "in.csv")


def test_one_whole_way_beside_a_part_of_the_other() -> None:
    """Is clear: the whole one is meant."""
    header = ["price", "weight", "weight_g", "age"]
    assert source_columns(FEATURES, header, "in.csv") == ["price", "weight", "age"]


def test_names_that_are_columns() -> None:
    """Are one way, which is said once."""
    same = (Feature("x", "x"),)
    assert source_columns(same, ["x"], "in.csv") == ["x"]
    with pytest.raises(DataError, match=r"Expected are x\.$"):
        source_columns(same, ["y"], "in.csv")
