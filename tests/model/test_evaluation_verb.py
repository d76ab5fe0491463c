"""The verb `evaluate`."""

import json
from pathlib import Path

import pytest

from model.__main__ import main
from tests.tables import shipments, timed, write_csv, write_features

QUICK = ("--folds", "2", "--rounds", "5", "--depth", "3")


def arguments(directory: Path, *more: str) -> list[str]:
    data = write_csv(directory / "rows.csv", timed(shipments(100, in_order=2)))
    features = write_features(directory / "features.toml")
    return ["evaluate", str(data), "--features", str(features), *QUICK, *more]


def test_it_prints_a_table_for_each_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard output; what it is doing goes to the other."""
    assert main(arguments(tmp_path, "--time", "shipped", "--group", "order")) == 0
    printed = capsys.readouterr()
    assert "mean of 2 folds of random groups by order, 100 rows" in printed.out
    assert "newest 20% by shipped, 20 rows" in printed.out
    assert printed.out.count("| this model ") == 2
    assert printed.err.startswith("100 rows from 2024-01-01")


def test_it_prints_json_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same figures, unrounded."""
    assert main(arguments(tmp_path, "--json")) == 0
    (folds,) = json.loads(capsys.readouterr().out)
    assert (folds["title"], folds["rows"]) == ("mean of 2 folds of random rows", 100)
    assert 0 < folds["scores"]["this model"]["mae"] <= folds["scores"]["this model"]["rmse"]
    assert folds["scores"]["mean"]["coverage"] is None


def test_the_published_outliers_can_be_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their number is printed where there are any."""
    table = shipments(100)
    table.x[3, 1] = 4500
    data = write_csv(tmp_path / "rows.csv", table)
    features = write_features(tmp_path / "features.toml")
    shared = ["evaluate", str(data), "--features", str(features), *QUICK]
    assert main([*shared, "--published-outliers"]) == 0
    printed = capsys.readouterr()
    assert "1 rows dropped: outliers by the published rule" in printed.err
    assert "99 rows" in printed.out


def test_a_wrong_number_of_folds_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a message, not a trace."""
    assert main(arguments(tmp_path, "--folds", "1")) == 1
    assert "error: folds is 1; allowed: 2 to 100" in capsys.readouterr().err
