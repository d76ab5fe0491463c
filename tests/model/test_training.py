"""Training: from a table to a bundle's content."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from model import bundle
from model.errors import DataError
from model.manifest import Manifest
from model.recipe import Recipe
from model.training import Trained, learn, train
from tests.tables import shipments, timed, with_modes

QUICK = Recipe(rounds=40, patience=5, depth=3, learning_rate=0.3)


@cache
def trained() -> Trained:
    """A run on a table with everything: time, orders, a category and missing values."""
    return train(timed(with_modes(shipments(600, in_order=2))), QUICK)


def test_a_trained_bundle_loads_and_answers(tmp_path: Path) -> None:
    """Its hash, its features and its golden rows are right."""
    run = trained()
    bundle.write(tmp_path / "out", run.manifest, run.model)
    predictor = bundle.load(tmp_path / "out")
    row = [1000.0, 500.0, 1.0]
    assert predictor.predict(row) == run.predictor.predict(row)
    assert run.predictor.predict([math.nan] * 3).price > 0


def test_the_same_data_and_seed_give_the_same_bundle() -> None:
    """Byte for byte; another seed or another value gives another version."""
    table = timed(with_modes(shipments(600, in_order=2)))
    again = train(table, QUICK)
    assert again.model == trained().model
    assert again.manifest == trained().manifest
    table.y[0] += 1
    versions = {trained().manifest.version, train(table, QUICK).manifest.version}
    versions.add(train(table, replace(QUICK, seed=1)).manifest.version)
    assert len(versions) == 3


def test_the_test_rows_are_never_learnt_from() -> None:
    """The same model comes out when they are spoilt."""
    table = timed(with_modes(shipments(600, in_order=2)))
    table.y[-100:] = 1000.0
    assert train(table, QUICK).model == trained().model


def test_the_newest_rows_are_the_test_where_there_is_a_time() -> None:
    """The manifest says so, and from when to when the others are."""
    manifest = trained().manifest
    assert manifest.metrics is not None
    assert (manifest.metrics.split, manifest.metrics.rows) == ("newest 20% by shipped", 120)
    assert manifest.data is not None
    assert manifest.data.rows == 480
    assert manifest.data.start == "2024-01-01T00:00:00"
    assert manifest.data.end is not None
    assert manifest.data.end < "2024-11"


@pytest.mark.parametrize(("in_order", "kind"), [(1, "rows"), (2, "groups by order")])
def test_random_groups_are_the_test_otherwise(in_order: int, kind: str) -> None:
    """Whole orders, where there are any."""
    metrics = train(shipments(200, in_order=in_order), QUICK).manifest.metrics
    assert metrics is not None
    assert (metrics.split, metrics.rows) == (f"random 20% of {kind}", 40)


def test_without_test_rows_there_are_no_metrics() -> None:
    """The model has learnt from all rows."""
    run = train(shipments(), replace(QUICK, test_share=0))
    assert run.trial is None
    assert run.manifest.metrics is None
    assert run.manifest.data is not None
    assert run.manifest.data.rows == 200


def test_golden_rows_span_the_prices_and_hold_a_missing_value() -> None:
    """Six of them, with the exact answers."""
    run = trained()
    golden = run.manifest.golden
    assert len(golden) == 6
    assert [g.price for g in golden[:5]] == sorted(g.price for g in golden[:5])
    assert None in golden[5].row
    for one in golden:
        found = run.predictor.predict([math.nan if v is None else v for v in one.row])
        assert (found.price, found.low, found.high) == (one.price, one.low, one.high)


def test_the_version_is_a_hash_of_the_content() -> None:
    """It does not change when the manifest is read back."""
    manifest = trained().manifest
    again = msgspec.json.decode(msgspec.json.encode(manifest), type=Manifest)
    assert again == manifest
    assert len(manifest.version) == 12


def test_the_interval_covers_what_it_promises() -> None:
    """On rows that follow the same law, within what chance allows."""
    table = shipments(3000)
    for objective in ("reg:quantileerror", "reg:squarederror"):
        for coverage in (0.8, 0.95):
            recipe = replace(QUICK, objective=objective, coverage=coverage)
            metrics = train(table, recipe).manifest.metrics
            assert metrics is not None
            assert metrics.model.coverage == pytest.approx(coverage, abs=0.04)


def test_the_interval_of_timed_rows_is_calibrated_on_the_newest() -> None:
    """Where the newest prices are wild the interval is wide, though the older ones are calm."""
    table = timed(shipments(1000))
    table.y[850:] += np.random.default_rng(0).normal(0, 30, 150)
    wild = learn(table, QUICK).predictor.predict([1000.0, 500.0, 50.0])
    calm = learn(replace(table, time=None), QUICK).predictor.predict([1000.0, 500.0, 50.0])
    assert wild.high is not None
    assert calm.high is not None
    assert wild.high - wild.price > 2 * (calm.high - calm.price)


@pytest.mark.parametrize(
    ("objective", "outputs", "link", "method"),
    [
        ("reg:quantileerror", 3, "identity", "cqr"),
        ("reg:absoluteerror", 1, "identity", "split"),
        ("reg:gamma", 1, "log", "split"),
    ],
)
def test_the_manifest_says_how_outputs_become_prices(
    objective: str, outputs: int, link: str, method: str
) -> None:
    """And the model is about right with either."""
    run = train(shipments(400), replace(QUICK, objective=objective))
    booster = run.manifest.booster
    assert (booster.objective, booster.outputs, booster.link) == (objective, outputs, link)
    assert run.manifest.interval is not None
    assert run.manifest.interval.method == method
    assert run.manifest.metrics is not None
    assert run.manifest.metrics.model.mae < 0.5 * run.manifest.metrics.baselines["mean"].mae


def test_a_constant_target_is_learnt() -> None:
    """One round, and an interval of no width."""
    table = shipments()
    table.y[:] = 7
    estimate = train(table, QUICK).predictor.predict([1000.0, 500.0, 50.0])
    assert (estimate.price, estimate.low, estimate.high) == (7, 7, 7)


def test_thirty_rows_are_enough() -> None:
    """If not for much."""
    assert train(timed(shipments(30)), QUICK).manifest.metrics is not None


def test_too_few_rows_are_refused() -> None:
    """With their number and the least that is needed."""
    with pytest.raises(DataError, match="19 usable rows; at least 20"):
        train(shipments(19), QUICK)


def test_a_column_that_no_model_file_can_name_is_refused() -> None:
    """The library allows no brackets in names."""
    table = shipments()
    first = msgspec.structs.replace(table.features[0], column="weight [g]")
    with pytest.raises(DataError, match=r"column 'weight \[g\]' has a bracket"):
        train(replace(table, features=(first, *table.features[1:])), QUICK)


def test_a_target_unfit_for_the_objective_is_refused() -> None:
    """Before anything is learnt."""
    table = shipments()
    table.y[0] = 0
    with pytest.raises(DataError, match=r"reg:gamma learns only from values over 0"):
        train(table, replace(QUICK, objective="reg:gamma"))


def test_each_step_is_said() -> None:
    """In the order in which they take their time."""
    said: list[str] = []
    train(shipments(), QUICK, said.append)
    assert [line.split()[0] for line in said] == ["choosing", "calibrating", "learning"]


@pytest.mark.parametrize(("rows", "warned"), [(60, True), (600, False)])
def test_too_few_rows_for_the_interval_are_said(rows: int, *, warned: bool) -> None:
    """With so few, the greatest error is all that an offset can be."""
    said: list[str] = []
    learn(shipments(rows), QUICK, said.append)
    assert any("calibrate the interval, of the 19 that 90% take" in s for s in said) is warned
