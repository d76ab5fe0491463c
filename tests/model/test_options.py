"""The options that training and evaluation have in common."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from model.errors import DataError
from model.options import add_data_options, add_recipe_options, described, recipe_of, table_of
from model.recipe import Recipe
from tests.tables import shipments, timed, write_csv, write_features


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_data_options(parser)
    add_recipe_options(parser)
    return parser.parse_args(arguments)


def test_the_defaults_are_those_of_the_recipe() -> None:
    """And each option changes its own."""
    assert recipe_of(parsed("rows.csv")) == Recipe()
    options = "--objective reg:gamma --depth 6 --rounds 120 --patience 9 --learning-rate 0.1"
    more = "--coverage 0.8 --seed 3 --threads 2 --half-life 30"
    changed = recipe_of(parsed("rows.csv", *options.split(), *more.split()))
    assert changed == Recipe(
        objective="reg:gamma",
        depth=6,
        rounds=120,
        patience=9,
        learning_rate=0.1,
        coverage=0.8,
        seed=3,
        threads=2,
        half_life=30,
    )


def test_an_option_out_of_range_is_refused() -> None:
    """By the recipe, whose message gives the range."""
    with pytest.raises(DataError, match=r"coverage is 1\.5; allowed: between 0 and 1"):
        recipe_of(parsed("rows.csv", "--coverage", "1.5"))


@pytest.mark.parametrize("arguments", [[], ["rows.csv", "--olist", "folder"]])
def test_rows_come_from_one_place(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A file or a folder, and not both."""
    with pytest.raises(SystemExit):
        parsed(*arguments)
    assert "--olist" in capsys.readouterr().err


def test_the_table_has_the_columns_that_the_options_name(tmp_path: Path) -> None:
    """Features, target, time and group."""
    written = timed(shipments(30, in_order=2))
    data = str(write_csv(tmp_path / "rows.csv", written))
    features = str(write_features(tmp_path / "features.toml"))
    table = table_of(parsed(data, "--features", features, "--time", "shipped", "--group", "order"))
    assert table.sha256 == written.sha256
    other = table_of(parsed(data, "--features", features, "--target", "order"))
    assert other.target.column == "order"
    assert other.y[:4].tolist() == [0, 0, 1, 1]


def test_a_feature_cannot_be_the_target(tmp_path: Path) -> None:
    """A model that sees the answer learns nothing."""
    features = str(write_features(tmp_path / "features.toml"))
    with pytest.raises(DataError, match="'price' is a feature too"):
        table_of(parsed("rows.csv", "--features", features, "--target", "price"))


@pytest.mark.parametrize("option", ["--time", "--group"])
def test_an_olist_folder_has_its_own_time_and_group(option: str) -> None:
    """Naming another is a mistake, not something to pass over."""
    with pytest.raises(DataError, match="leave --time and --group out"):
        table_of(parsed("--olist", "folder", option, "x"))


def test_an_olist_folder_is_read(tmp_path: Path) -> None:
    """Or refused by its reader."""
    with pytest.raises(DataError, match="nowhere: no such folder"):
        table_of(parsed("--olist", str(tmp_path / "nowhere")))


def test_rows_and_what_was_dropped_are_described() -> None:
    """A reason that hit nothing is left out."""
    table = timed(shipments(1500))
    assert described(table).startswith("1,500 rows from 2024-01-01T00:00:00 to 2024-12-")
    lines = described(replace(shipments(30), dropped={"y missing": 1200, "not delivered": 0}))
    assert lines == "30 rows\n1,200 rows dropped: y missing"


def test_what_was_dropped_may_be_kept() -> None:
    """Rows that lack a feature can be learnt from; those without an outcome cannot."""
    dropped = {"weight_g missing": 7, "weight_g under 0": 1, "freight_value missing": 2}
    _, *lines = described(replace(shipments(30), dropped=dropped)).splitlines()
    advice = "to keep them, write 'missing = true' for the feature 'weight' in the feature table"
    assert lines == [
        f"7 rows dropped: weight_g missing ({advice})",
        "1 rows dropped: weight_g under 0",
        "2 rows dropped: freight_value missing",
    ]
