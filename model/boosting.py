"""Boosting: a table and a recipe in, a booster out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray
from tqdm import tqdm

from model.bundle import refuse_unreadable
from model.conformal import quantile_levels
from model.errors import BundleError
from model.objectives import QUANTILES
from model.recipe import Recipe
from model.table import Table

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Curve:
    """The loss after each round, on the rows learnt from and on those held out."""

    metric: str
    train: tuple[float, ...]
    held_out: tuple[float, ...]

    @property
    def best(self) -> int:
        """The number of rounds with the least loss on the rows held out."""
        return int(np.argmin(self.held_out)) + 1


def open_booster(path: Path, model: bytes) -> xgboost.Booster:
    """The booster in the bytes of a file saved by `save_model`, held to one thread.

    Raises `BundleError` for a pickle, which is never opened, and for anything else that the
    library refuses. It does not see every damage: give it bytes that a hash or
    `model.modelfile` has proven whole.
    """
    refuse_unreadable(path, model)
    try:
        booster = xgboost.Booster(params={"nthread": 1}, model_file=bytearray(model))
        booster.set_param({"nthread": 1})
    except (xgboost.core.XGBoostError, UnicodeDecodeError) as error:
        raise BundleError(
            f"{path}: the model is damaged or cut short ({len(model)} bytes). "
            "Restore the file, or save the model again where it was made."
        ) from error
    return booster


def fit(table: Table, recipe: Recipe, rounds: int, title: str) -> xgboost.Booster:
    """A booster of exactly so many rounds, with nothing stored in it that does not predict."""
    return xgboost.train(
        _parameters(recipe),
        _weighted(table, recipe),
        num_boost_round=rounds,
        callbacks=[_RoundsBar(title, rounds)],
    )


def watch(table: Table, held_out: Table, recipe: Recipe, title: str) -> Curve:
    """The losses until they no longer fall on the rows held out."""
    history: dict[str, Any] = {}
    train = _weighted(table, recipe)
    measured = matrix(held_out, recipe.threads, reference=train)
    xgboost.train(
        _parameters(recipe),
        train,
        num_boost_round=recipe.rounds,
        evals=[(train, "train"), (measured, "held_out")],
        evals_result=history,
        early_stopping_rounds=recipe.patience,
        verbose_eval=False,
        callbacks=[_RoundsBar(title, recipe.rounds)],
    )
    ((metric, losses),) = history["train"].items()
    return Curve(metric, _rounded(losses), _rounded(history["held_out"][metric]))


def _rounded(losses: list[float]) -> tuple[float, ...]:
    """Losses to nine digits: under them shows in which order several threads made the sum."""
    return tuple(float(f"{loss:.9g}") for loss in losses)


def recency_weights(table: Table, days: float) -> NDArray[np.float32] | None:
    """What each row counts (n,): the newest 1, half as much for each `days` of age."""
    if table.time is None or days == 0:
        return None
    age = (table.time.max() - table.time) / _DAY
    weights: NDArray[np.float32] = (0.5 ** (age / days)).astype(np.float32)
    return weights


def matrix(
    table: Table,
    threads: int,
    weights: NDArray[np.float32] | None = None,
    reference: xgboost.DMatrix | None = None,
) -> xgboost.QuantileDMatrix:
    """The table binned, with the bins of a `reference` where a loss is measured on it."""
    return xgboost.QuantileDMatrix(
        table.x,
        table.y,
        weight=weights,
        feature_names=[feature.column for feature in table.features],
        feature_types=["c" if feature.categories else "float" for feature in table.features],
        enable_categorical=True,
        ref=reference,
        nthread=threads,
    )


def _weighted(table: Table, recipe: Recipe) -> xgboost.QuantileDMatrix:
    return matrix(table, recipe.threads, recency_weights(table, recipe.days))


def _parameters(recipe: Recipe) -> Mapping[str, Any]:
    levels = {"quantile_alpha": quantile_levels(recipe.coverage)}
    return {
        "objective": recipe.objective,
        "max_depth": recipe.depth,
        "learning_rate": recipe.learning_rate,
        "subsample": recipe.row_share,
        "colsample_bynode": recipe.column_share,
        "min_child_weight": recipe.leaf_weight,
        "seed": recipe.seed,
        "nthread": recipe.threads,
        "verbosity": 0,
        **(levels if recipe.objective == QUANTILES else {}),
    }


class _RoundsBar(xgboost.callback.TrainingCallback):
    """A progress bar over boosting rounds, on a terminal only."""

    def __init__(self, title: str, rounds: int) -> None:
        super().__init__()
        self._bar = tqdm(total=rounds, desc=title, unit="round", disable=None, leave=False)

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - called by the library
        self._bar.update()
        return False

    def after_training(self, model: Any) -> Any:
        self._bar.close()
        return model
