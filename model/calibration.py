"""Calibration: what rows of data tell of a foreign model: its interval, its errors, its ranges."""

from dataclasses import replace

import msgspec
import numpy as np

from model.baselines import fit_baselines
from model.conformal import calibrate_quantiles, calibrate_residuals, fewest_scores
from model.errors import DataError
from model.estimates import estimate_columns
from model.foreign import Foreign
from model.manifest import Data, Interval, Manifest, Metrics
from model.metrics import scores
from model.predictor import Predictor
from model.profile import with_profiles
from model.split import Split, at_random
from model.table import Table

_SEED = 0


def fewest_rows(coverage: float) -> int:
    """The fewest rows whose calibrating half is enough for an interval of this coverage."""
    return 2 * (fewest_scores(coverage) + 1)


def calibrated(manifest: Manifest, foreign: Foreign, table: Table, coverage: float) -> Manifest:
    """The manifest with profiles, interval and metrics from the rows of a table.

    A random half calibrates the interval, the other half measures; the table's features replace
    those of the manifest. Raises `DataError` for too few rows.
    """
    _refuse_unfit(table, coverage)
    split = at_random(table, 0.5, _SEED)
    interval = _interval(Predictor(foreign.model, manifest), split.train, coverage)
    described = msgspec.structs.replace(
        manifest,
        features=with_profiles(table),
        interval=interval,
        data=Data(rows=len(table), sha256=table.sha256),
    )
    return msgspec.structs.replace(described, metrics=_metrics(described, foreign, split))


def narrowed(table: Table) -> Table:
    """The table in which values may be missing only where the rows lack some."""
    features = tuple(
        msgspec.structs.replace(feature, missing=bool(np.isnan(values).any()))
        for feature, values in zip(table.features, table.x.T, strict=True)
    )
    return replace(table, features=features)


def _interval(predictor: Predictor, table: Table, coverage: float) -> Interval:
    facts = predictor.manifest.booster
    outputs = np.frombuffer(predictor.outputs(table.x), np.float32).reshape(-1, facts.outputs)
    if facts.low is not None and facts.high is not None:
        low, high = outputs[:, facts.low], outputs[:, facts.high]
        return calibrate_quantiles(low, high, table.y, coverage)
    return calibrate_residuals(outputs[:, facts.price], table.y, coverage)


def _metrics(manifest: Manifest, foreign: Foreign, split: Split) -> Metrics:
    test = split.test
    estimates = estimate_columns(Predictor(foreign.model, manifest), test.x)
    price, low, high = (each.astype(np.float32) for each in estimates)
    baselines = fit_baselines(_plain(split.train))
    return Metrics(
        split="random half of the rows given at import",
        rows=len(test),
        model=scores(price, test.y, low, high),
        baselines={name: scores(say(test.x), test.y) for name, say in baselines.items()},
    )


def _plain(table: Table) -> Table:
    """The table with columns called by their request names, which every booster accepts."""
    features = [msgspec.structs.replace(each, column=each.name) for each in table.features]
    return replace(table, features=tuple(features))


def _refuse_unfit(table: Table, coverage: float) -> None:
    if not 0 < coverage < 1:
        raise DataError(f"coverage is {coverage}; allowed: between 0 and 1, such as 0.9.")
    fewest = fewest_rows(coverage)
    if len(table) < fewest:
        raise DataError(
            f"{len(table)} usable rows; an interval of {coverage:.0%} needs at least {fewest}. "
            "Give more rows, a smaller --coverage, or no data at all."
        )
