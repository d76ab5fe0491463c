"""Small bundles for tests: boosters of a few shallow trees, trained in a blink."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from msgspec.structs import replace
from numpy.typing import NDArray

from model import Feature, Manifest, Predictor, Target, bundle
from model.manifest import FORMAT, Booster, Golden, Interval, Training, Versions, seal

Rows = NDArray[np.float32]

_ROWS = 400


@dataclass(frozen=True)
class Bundle:
    """A manifest and the model that it names, not yet written anywhere."""

    manifest: Manifest
    model: bytes

    def predictor(self) -> Predictor:
        """The predictor of this bundle, without a directory."""
        return Predictor(self.model, self.manifest)

    def write(self, directory: Path) -> Path:
        """The directory, with the bundle in it."""
        bundle.write(directory, self.manifest, self.model)
        return directory


@functools.cache
def shipping() -> Bundle:
    """The shipping five with three quantile outputs and an interval of 90 %."""
    features = tuple(
        _ranged(Feature(name, column, unit, f"The {name}", example, minimum=0.0), low, high)
        for name, column, unit, example, low, high in (
            ("price", "price", "BRL", 50.0, 5.0, 5000.0),
            ("weight", "product_weight_g", "g", 750.0, 50.0, 30000.0),
            ("height", "product_height_cm", "cm", 70.0, 2.0, 105.0),
            ("distance", "delivery_distance_km", "km", 1500.0, 1.0, 3500.0),
            ("volume", "product_volume_cm3", "cm3", 700.0, 350.0, 300000.0),
        )
    )
    rows = _rows(features)
    cost = 5 + rows[:, 0] / 100 + rows[:, 1] / 1000 + rows[:, 3] / 200 + rows[:, 4] / 20000
    quantiles = {"objective": "reg:quantileerror", "quantile_alpha": [0.05, 0.5, 0.95]}
    target = Target(
        "shipping_estimated_price", "freight_value", "BRL", "What it costs", decimals=2, minimum=0.0
    )
    interval = Interval(coverage=0.9, method="cqr", low_offset=0.5, high_offset=0.25)
    outputs = {"link": "identity", "outputs": 3, "low": 0, "price": 1, "high": 2}
    return _bundle(features, target, _train(features, rows, cost, quantiles), outputs, interval)


@functools.cache
def rent() -> Bundle:
    """A foreign model: other names, a log link, no interval, no ranges, every kind of feature."""
    features = (
        Feature("area", "m2", "m2", "Living area", 60.0, minimum=1.0),
        Feature("age", "years", "years", missing=True, maximum=500.0),
        Feature("district", "zone", categories=("north", "south", "west"), example="south"),
        Feature("balance", "bal", example=-3.5),
    )
    rows = _rows(features)
    rows[::3, 1] = np.nan
    cost = np.exp(4 + rows[:, 0] / 500 + rows[:, 2] / 3 + rows[:, 3] / 900)
    booster = _train(features, rows, cost, {"objective": "reg:gamma"})
    target = Target("rent", "rent_eur", "EUR")
    return _bundle(features, target, booster, {"link": "log", "outputs": 1, "price": 0}, None)


@functools.cache
def quote() -> Bundle:
    """One nameless number in, one out, with a split interval and without a unit."""
    features = (_ranged(Feature("x", "x"), 0.0, 1000.0),)
    rows = _rows(features)
    booster = _train(features, rows, rows[:, 0] - 300, {"objective": "reg:squarederror"})
    interval = Interval(coverage=0.8, method="split", low_offset=20.0, high_offset=30.0)
    outputs = {"link": "identity", "outputs": 1, "price": 0}
    return _bundle(features, Target("quote", "y"), booster, outputs, interval)


def spoiled(whole: Bundle) -> Bundle:
    """The same bundle with golden answers that its model does not give."""
    wrong = tuple(replace(each, price=each.price + 1) for each in whole.manifest.golden)
    return Bundle(seal(replace(whole.manifest, golden=wrong)), whole.model)


def with_feature(whole: Bundle, **changes: object) -> Bundle:
    """The same bundle with changes to its first feature: only for what the manifest says."""
    first, *others = whole.manifest.features
    features = (replace(first, **changes), *others)
    return Bundle(replace(whole.manifest, features=features), whole.model)


def optional(whole: Bundle, name: str) -> Bundle:
    """The same bundle with one feature that may be missing."""
    features = tuple(
        replace(each, missing=each.missing or each.name == name) for each in whole.manifest.features
    )
    return Bundle(replace(whole.manifest, features=features), whole.model)


def _ranged(feature: Feature, low: float, high: float) -> Feature:
    return replace(feature, training=Training(low, high, edges=(), shares=(1.0,)))


def _rows(features: Sequence[Feature]) -> Rows:
    random = np.random.default_rng(7)
    columns = []
    for feature in features:
        if feature.categories:
            columns.append(random.integers(0, len(feature.categories), _ROWS).astype(float))
        else:
            top = feature.training.maximum if feature.training else feature.maximum or 300.0
            columns.append(random.uniform(feature.minimum or 0.0, top, _ROWS))
    return np.column_stack(columns).astype(np.float32)


def _train(
    features: Sequence[Feature], rows: Rows, cost: NDArray[Any], parameters: dict[str, Any]
) -> xgboost.Booster:
    matrix = xgboost.DMatrix(
        rows,
        label=cost,
        nthread=1,
        feature_names=[feature.column for feature in features],
        feature_types=["c" if feature.categories else "float" for feature in features],
        enable_categorical=True,
    )
    return xgboost.train({"max_depth": 4, "nthread": 1, "seed": 7} | parameters, matrix, 10)


def _bundle(
    features: tuple[Feature, ...],
    target: Target,
    booster: xgboost.Booster,
    outputs: dict[str, Any],
    interval: Interval | None,
) -> Bundle:
    model = bytes(booster.save_raw("ubj"))
    manifest = Manifest(
        format=FORMAT,
        version="",
        target=target,
        features=features,
        booster=Booster(
            file=bundle.MODEL,
            sha256=bundle.sha256(model),
            objective="of a test",
            iterations=(0, booster.num_boosted_rounds()),
            **outputs,
        ),
        golden=(),
        versions=Versions(xgboost=xgboost.__version__, python="3"),
        interval=interval,
    )
    golden = _golden(Bundle(manifest, model).predictor(), _rows(features)[:3])
    return Bundle(seal(replace(manifest, golden=golden)), model)


def _golden(predictor: Predictor, rows: Rows) -> tuple[Golden, ...]:
    return tuple(
        Golden(tuple(row), estimate.price, estimate.low, estimate.high)
        for row, estimate in zip(rows.tolist(), predictor.predict_rows(rows.tolist()), strict=True)
    )
