"""The model card: what a person wants to know of a bundle."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from model.__main__ import main
from model.card import card
from model.manifest import Data, Metrics, Scores, decode
from tests import bundles


def test_the_card_of_a_calibrated_model() -> None:
    """Its answer, its features, its interval, its errors beside the baselines, its origin."""
    metrics = Metrics(
        split="newest 20% by day",
        rows=1234,
        model=Scores(mae=3.5, rmse=8.25, coverage=0.905, width=20.0),
        baselines={"mean": Scores(mae=8.0, rmse=15.0)},
    )
    data = Data(
        rows=50_000, sha256="0" * 64, start="2017-01-01T00:00:00", end="2018-09-01T00:00:00"
    )
    manifest = replace(bundles.shipping().manifest, metrics=metrics, data=data)
    text = card(manifest)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == f"Shipping estimated price (version {manifest.version})"
    for line in (
        "answer shipping_estimated_price, in BRL",
        "name unit trained on allowed missing what it is",
        "weight g 50 to 30000 from 0 refused The weight",
        "90% of outcomes shall lie inside (quantile outputs, conformally calibrated)",
        "Errors on 1,234 rows: newest 20% by day",
        "MAE RMSE inside width",
        "this model 3.50 8.25 90.5% 20.00",
        "mean 8.00 15.00",
        "data 50,000 rows from 2017-01-01T00:00:00 to 2018-09-01T00:00:00",
        "objective of a test, 10 rounds, 3 outputs",
    ):
        assert line in lines


def test_the_card_of_a_foreign_model() -> None:
    """It says what is not known, and leaves out what there is nothing to say of."""
    text = card(bundles.rent().manifest)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "none: the model was never calibrated on data" in lines
    assert "data unknown" in lines
    assert "Errors" not in text
    for line in (
        "area m2 unknown from 1 refused Living area",
        "age years unknown up to 500 may be years",
        "district north, south, west refused zone",
        "balance unknown any refused bal",
    ):
        assert line in lines


@pytest.mark.parametrize("make", [bundles.shipping, bundles.rent, bundles.quote])
def test_no_line_ends_in_space(make: Callable[[], bundles.Bundle]) -> None:
    """And columns stand under each other."""
    text = card(make().manifest)
    assert all(line == line.rstrip() for line in text.splitlines())
    assert text.endswith("\n")


def test_both_bounds_are_shown() -> None:
    """As a range."""
    whole = bundles.with_feature(bundles.quote(), minimum=1.0, maximum=9.0)
    assert "1 to 9" in card(whole.manifest)


def test_the_verb_prints_the_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the bundle that is named."""
    directory = bundles.quote().write(tmp_path / "bundle")
    assert main(["show", "--bundle", str(directory)]) == 0
    assert capsys.readouterr().out == card(bundles.quote().manifest)


def test_json_is_the_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Byte for byte, for a program to read."""
    directory = bundles.quote().write(tmp_path / "bundle")
    assert main(["show", "--bundle", str(directory), "--json"]) == 0
    said = capsys.readouterr().out
    assert decode(said.encode()) == bundles.quote().manifest
    assert json.loads(said)["format"] == 1


def test_no_bundle_no_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says how to make one."""
    assert main(["show", "--bundle", str(tmp_path)]) == 1
    assert "python -m model train" in capsys.readouterr().err
