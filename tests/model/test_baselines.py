"""The baselines of the original project."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
import xgboost

from model.baselines import PLAIN, correlations, fit_baselines, leading_feature
from tests.tables import shipments, with_modes


def test_there_are_four() -> None:
    """The simplest first."""
    assert list(fit_baselines(shipments())) == [
        "mean",
        "mean by weight quartile",
        "linear regression on weight",
        PLAIN,
    ]


def test_the_mean_is_the_same_for_all_rows() -> None:
    """And that of the rows it was fitted on."""
    table = shipments()
    prices = fit_baselines(table)["mean"](table.x[:3])
    assert prices.tolist() == pytest.approx([table.y.mean()] * 3)


def test_a_quartile_has_the_mean_of_its_rows() -> None:
    """Values beyond the range fall in the outer quarters, missing ones take the mean of all."""
    table = shipments()
    lightest = table.y[table.x[:, 0] < np.quantile(table.x[:, 0], 0.25)].mean()
    rows = np.array([[0, 1, 1], [np.nan, 1, 1]], dtype=np.float32)
    prices = fit_baselines(table)["mean by weight quartile"](rows)
    assert prices.tolist() == pytest.approx([lightest, table.y.mean()], rel=1e-5)


def test_missing_weights_that_were_seen_are_a_part_of_their_own() -> None:
    """With their own mean."""
    table = with_modes(shipments(700))
    without = table.y[np.isnan(table.x[:, 0])].mean()
    price = fit_baselines(table)["mean by weight quartile"](table.x[:1])
    assert np.isnan(table.x[0, 0])
    assert price[0] == pytest.approx(without, rel=1e-5)


def test_the_line_is_that_of_least_squares() -> None:
    """As numpy draws it."""
    table = shipments()
    slope, start = np.polyfit(table.x[:, 0], table.y, 1)
    prices = fit_baselines(table)["linear regression on weight"](table.x[:9])
    assert prices.tolist() == pytest.approx((start + slope * table.x[:9, 0]).tolist(), rel=1e-4)


def test_plain_xgboost_is_fifty_trees_of_depth_six() -> None:
    """With a learning rate of 0.06 and squared errors."""
    table = shipments()
    booster = xgboost.train(
        {"max_depth": 6, "eta": 0.06, "nthread": 1}, xgboost.DMatrix(table.x, table.y), 50
    )
    found = fit_baselines(table)[PLAIN](table.x)
    assert found.tolist() == pytest.approx(booster.inplace_predict(table.x).tolist(), rel=1e-4)


def test_without_a_weight_the_most_correlated_feature_is_named() -> None:
    """Here the distance, which moves the freight more than the price does."""
    table = shipments()
    renamed = msgspec.structs.replace(table.features[0], name="heft")
    constant = table.x.copy()
    constant[:, 0] = 7
    other = replace(table, features=(renamed, *table.features[1:]), x=constant)
    assert "linear regression on distance" in fit_baselines(other)
    assert correlations(other)[0] == 0


def test_a_category_is_never_the_leading_feature() -> None:
    """Its codes have no order; a column that is all missing tells nothing either."""
    table = with_modes(shipments())
    features = (msgspec.structs.replace(table.features[0], name="heft"), *table.features[1:])
    x = table.x.copy()
    x[:, 0] = np.nan
    other = replace(table, features=features, x=x)
    assert correlations(other)[[0, 2]].tolist() == [0, 0]
    assert leading_feature(other) == 1


def test_a_weight_that_is_always_missing_breaks_nothing() -> None:
    """The baselines on it fall back to the mean."""
    table = shipments()
    x = table.x.copy()
    x[:, 0] = np.nan
    baselines = fit_baselines(replace(table, x=x))
    for name in ("mean by weight quartile", "linear regression on weight"):
        assert baselines[name](table.x[:1])[0] == pytest.approx(table.y.mean(), rel=1e-5)
