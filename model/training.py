"""Training: a table and a recipe in, a bundle's content out."""

import math
import platform
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
import xgboost
from numpy.typing import NDArray

from model.boosting import Curve, fit, watch
from model.bundle import MODEL, sha256
from model.conformal import calibrate_quantiles, calibrate_residuals, fewest_scores
from model.errors import DataError
from model.manifest import (
    FORMAT,
    Booster,
    Data,
    Golden,
    Interval,
    Manifest,
    Versions,
    seal,
)
from model.objectives import LINKS, QUANTILES
from model.predictor import Predictor
from model.profile import exact, with_profiles
from model.recipe import Recipe
from model.split import Split, at_random, newest
from model.table import Table
from model.trial import Trial, try_out

Say = Callable[[str], None]
Values = NDArray[np.float32]

FEWEST_ROWS = 20
_GOLDEN_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def _quiet(_line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What came out of a table: the model's bytes, how it predicts, how its rounds were chosen."""

    model: bytes
    predictor: Predictor
    curve: Curve


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A finished run. `trial` is None where no rows were held out for a test."""

    recipe: Recipe
    manifest: Manifest
    model: bytes
    predictor: Predictor
    curve: Curve
    table: Table
    trial: Trial | None


def train(table: Table, recipe: Recipe, say: Say = _quiet) -> Trained:
    """Learn from the table, all but the test rows, and measure on these.

    Raises `DataError` for a table that is too small to split or unfit for the objective.
    """
    _refuse_unfit(table, recipe)
    split = test_split(table, recipe)
    rows = split.train if split else table
    learnt = learn(rows, recipe, say)
    trial = None
    if split is not None:
        trial = try_out(learnt.predictor, split, _title(table, recipe), recipe.threads)
    manifest = _finished(learnt, rows, trial)
    predictor = Predictor(learnt.model, manifest)
    return Trained(recipe, manifest, learnt.model, predictor, learnt.curve, table, trial)


def test_split(table: Table, recipe: Recipe) -> Split | None:
    """The newest rows held out for the test where there is a time, random groups otherwise."""
    if recipe.test_share == 0:
        return None
    if table.time is not None:
        return newest(table, recipe.test_share)
    return at_random(table, recipe.test_share, recipe.seed + 2)


def learn(table: Table, recipe: Recipe, say: Say = _quiet) -> Learnt:
    """A model of all the rows, its rounds and its interval found on parts held out in turn.

    The rounds are chosen on random groups: the newest rows would stop the boosting far too
    early wherever prices drift. The interval is calibrated on the newest rows for the same
    reason: only they show how far the next ones may be off.
    """
    if table.time is not None and recipe.days:
        say(f"rows count half after {recipe.days:g} days")
    say(f"choosing the number of rounds, at most {recipe.rounds}")
    split = at_random(table, recipe.holdout_share, recipe.seed)
    curve = watch(split.train, split.test, recipe, "rounds")
    say(f"calibrating the interval with {curve.best} rounds")
    interval = _calibrated(table, recipe, curve.best, say)
    say(f"learning from all {len(table):,} rows")
    model = bytes(fit(table, recipe, curve.best, "model").save_raw("ubj"))
    manifest = _manifest(table, recipe, model, curve.best, interval)
    return Learnt(model, Predictor(model, manifest), curve)


def _calibrated(table: Table, recipe: Recipe, rounds: int, say: Say) -> Interval:
    share = recipe.holdout_share
    timed = table.time is not None
    split = newest(table, share) if timed else at_random(table, share, recipe.seed + 1)
    fewest = fewest_scores(recipe.coverage)
    if len(split.test) < fewest:
        say(
            f"warning: only {len(split.test)} rows calibrate the interval, of the {fewest} that "
            f"{recipe.coverage:.0%} take: it may hold fewer of the outcomes than it promises"
        )
    outputs = fit(split.train, recipe, rounds, "interval").inplace_predict(split.test.x)
    if recipe.objective == QUANTILES:
        low, _, high = outputs.T
        return calibrate_quantiles(low, high, split.test.y, recipe.coverage)
    return calibrate_residuals(outputs, split.test.y, recipe.coverage)


def _manifest(
    table: Table, recipe: Recipe, model: bytes, rounds: int, interval: Interval
) -> Manifest:
    """All that is known before anything is measured: no metrics, no golden rows, no version."""
    low, price, high = (0, 1, 2) if recipe.objective == QUANTILES else (None, 0, None)
    start, end = table.period
    return Manifest(
        format=FORMAT,
        version="",
        target=table.target,
        features=with_profiles(table),
        booster=Booster(
            file=MODEL,
            sha256=sha256(model),
            objective=recipe.objective,
            link=LINKS[recipe.objective],
            iterations=(0, rounds),
            outputs=3 if recipe.objective == QUANTILES else 1,
            price=price,
            low=low,
            high=high,
        ),
        golden=(),
        versions=Versions(xgboost=xgboost.__version__, python=platform.python_version()),
        interval=interval,
        data=Data(rows=len(table), sha256=table.sha256, start=start, end=end),
    )


def _finished(learnt: Learnt, table: Table, trial: Trial | None) -> Manifest:
    golden = tuple(_golden(learnt.predictor, row) for row in _golden_rows(table))
    metrics = None if trial is None else trial.metrics
    manifest = learnt.predictor.manifest
    return seal(msgspec.structs.replace(manifest, metrics=metrics, golden=golden))


def _title(table: Table, recipe: Recipe) -> str:
    """What the test rows are, in words."""
    if table.time is not None:
        return f"newest {recipe.test_share:.0%} by {table.time_column}"
    kind = "rows" if table.group is None else f"groups by {table.group_column}"
    return f"random {recipe.test_share:.0%} of {kind}"


def _golden_rows(table: Table) -> Values:
    """Rows spread over the target's quantiles, and one with a missing value if any has one."""
    order = np.argsort(table.y, kind="stable")
    chosen = [order[int(q * (len(table) - 1))] for q in _GOLDEN_QUANTILES]
    chosen += np.flatnonzero(np.isnan(table.x).any(axis=1))[:1].tolist()
    rows: Values = table.x[list(dict.fromkeys(chosen))]
    return rows


def _golden(predictor: Predictor, row: Values) -> Golden:
    values = [math.nan if math.isnan(value) else exact(value) for value in row]
    estimate = predictor.predict(values)
    return Golden(
        row=tuple(None if math.isnan(value) else value for value in values),
        price=estimate.price,
        low=estimate.low,
        high=estimate.high,
    )


def _refuse_unfit(table: Table, recipe: Recipe) -> None:
    if len(table) < FEWEST_ROWS:
        raise DataError(f"{len(table)} usable rows; at least {FEWEST_ROWS} are needed to train.")
    wrong = [f.column for f in table.features if set(f.column) & set("[]<")]
    if wrong:
        raise DataError(
            f"the column '{wrong[0]}' has a bracket or '<' in its name, which a model file cannot "
            "hold. Rename the column."
        )
    recipe.refuse_unfit(table)
