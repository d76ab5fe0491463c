"""The draft: the manifest of a foreign model before its golden rows prove it."""

import math
import platform
from collections.abc import Iterator

import msgspec
import xgboost

from model.features import FeatureTable
from model.foreign import Foreign
from model.forest import Floats, Forest
from model.manifest import FORMAT, Feature, Golden, Manifest, Versions, seal
from model.predictor import Predictor
from model.profile import exact

_ROWS = 5


def drafted(foreign: Foreign, table: FeatureTable) -> Manifest:
    """What is known from the model and its table alone: no interval, no metrics, no golden rows."""
    return Manifest(
        format=FORMAT,
        version="",
        target=table.target,
        features=_with_examples(foreign.forest, table.features),
        booster=foreign.facts,
        golden=(),
        versions=Versions(xgboost=xgboost.__version__, python=platform.python_version()),
    )


def finished(manifest: Manifest, foreign: Foreign) -> Manifest:
    """The manifest with golden rows and its version: the same for the same model and table."""
    predictor = Predictor(foreign.model, manifest)
    golden = [_golden(predictor, row) for row in golden_rows(foreign.forest, manifest.features)]
    return seal(msgspec.structs.replace(manifest, golden=tuple(golden)))


def golden_rows(forest: Forest, features: tuple[Feature, ...]) -> Iterator[tuple[float, ...]]:
    """Rows that walk through the trees on many ways, NaN for a missing value.

    Each feature takes values from the low to the high end of its thresholds, in another order
    than its neighbours; the last row has no value for the features that may lack one.
    """
    columns = [_spread(forest, index, feature) for index, feature in enumerate(features)]
    for number in range(_ROWS):
        yield tuple(values[(number + index) % len(values)] for index, values in enumerate(columns))
    if any(feature.missing for feature in features):
        yield tuple(
            math.nan if feature.missing else values[0]
            for feature, values in zip(features, columns, strict=True)
        )


def _with_examples(forest: Forest, features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    return tuple(
        _with_example(feature, thresholds)
        for feature, thresholds in zip(features, forest.thresholds, strict=True)
    )


def _with_example(feature: Feature, thresholds: Floats) -> Feature:
    """An example where the table gives none: the first label, the middle of the thresholds."""
    if feature.example is not None:
        return feature
    if feature.categories:
        return msgspec.structs.replace(feature, example=feature.categories[0])
    middle = exact(thresholds[len(thresholds) // 2]) if len(thresholds) else 0.0
    return msgspec.structs.replace(feature, example=_allowed(middle, feature))


def _spread(forest: Forest, index: int, feature: Feature) -> list[float]:
    if feature.categories:
        return [float(code) for code in range(len(feature.categories))]
    thresholds = forest.thresholds[index]
    if not len(thresholds):
        return [_allowed(0.0, feature)]
    places = [round(part * (len(thresholds) - 1) / (_ROWS - 1)) for part in range(_ROWS)]
    return [_allowed(exact(thresholds[place]), feature) for place in places]


def _allowed(value: float, feature: Feature) -> float:
    """The value or, where the service would refuse it, the bound that it is beyond."""
    low = value if feature.minimum is None else max(value, feature.minimum)
    return low if feature.maximum is None else min(low, feature.maximum)


def _golden(predictor: Predictor, row: tuple[float, ...]) -> Golden:
    estimate = predictor.predict(row)
    values = tuple(None if math.isnan(value) else value for value in row)
    return Golden(values, estimate.price, estimate.low, estimate.high)
