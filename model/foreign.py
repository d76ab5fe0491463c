"""A foreign model: one that was made elsewhere, and how it predicts."""

import json
from dataclasses import dataclass
from pathlib import Path

import xgboost

from model.boosting import open_booster
from model.bundle import MODEL, sha256
from model.errors import BundleError
from model.forest import Forest
from model.learner import at
from model.manifest import Booster
from model.modelfile import ModelFile, read_model_file
from model.objectives import LINKS, QUANTILES


@dataclass(frozen=True, slots=True, eq=False)
class Foreign:
    """A model that was made elsewhere.

    `model` are its bytes as UBJ, `facts` how its outputs are read. `columns` are its own names
    of the features, None where it has none; `categorical` tells which are split by category;
    `labels` are the categories that the file itself stores, in the order of their codes.
    """

    model: bytes
    booster: xgboost.Booster
    facts: Booster
    forest: Forest
    columns: tuple[str, ...] | None
    categorical: tuple[bool, ...]
    labels: tuple[tuple[str, ...], ...]


def read_foreign(path: Path) -> Foreign:
    """The model in a UBJ or JSON file, told apart by content, whatever the suffix.

    Raises `BundleError` for a file that is no whole model, a pickle above all, and for a model
    whose answer is not one price.
    """
    file = read_model_file(path)
    booster = open_booster(path, file.content)
    try:
        return _foreign(path, file, booster)
    except xgboost.core.XGBoostError as error:
        raise BundleError(
            f"{path}: the model is damaged: its settings do not fit its objective, "
            f"{file.objective}. Save it again where it was made."
        ) from error


def _foreign(path: Path, file: ModelFile, booster: xgboost.Booster) -> Foreign:
    model = file.content if file.ubj else bytes(booster.save_raw("ubj"))
    return Foreign(
        model=model,
        booster=booster,
        facts=_facts(path, booster, file.objective, model),
        forest=file.forest,
        columns=None if booster.feature_names is None else tuple(booster.feature_names),
        categorical=_categorical(booster, file.forest),
        labels=_labels(booster),
    )


def _facts(path: Path, booster: xgboost.Booster, objective: str, model: bytes) -> Booster:
    levels = _levels(booster) if objective == QUANTILES else [0.5]
    low, price, high = _outputs(path, levels)
    return Booster(
        file=MODEL,
        sha256=sha256(model),
        objective=objective,
        link=LINKS[objective],
        iterations=(0, _rounds(path, booster)),
        outputs=len(levels),
        price=price,
        low=low,
        high=high,
    )


def _levels(booster: xgboost.Booster) -> list[float]:
    """The quantiles that the outputs are, in the order of the outputs."""
    objective = at(json.loads(booster.save_config()), "learner", "objective")
    levels = json.loads(objective["quantile_loss_param"]["quantile_alpha"])
    return [float(level) for level in levels]


def _outputs(path: Path, levels: list[float]) -> tuple[int | None, int, int | None]:
    """Which outputs are low, price and high: the median, and the widest pair around it."""
    rounded = [round(level, 4) for level in levels]
    if 0.5 not in rounded:
        raise BundleError(
            f"{path}: its quantiles are {', '.join(f'{level:g}' for level in levels)}, and none of "
            "them is 0.5, which the price is read from. Train it with 0.5 in quantile_alpha."
        )
    pairs = [low for low in sorted(rounded) if low < 0.5 and round(1 - low, 4) in rounded]
    if not pairs:
        return None, rounded.index(0.5), None
    return rounded.index(pairs[0]), rounded.index(0.5), rounded.index(round(1 - pairs[0], 4))


def _rounds(path: Path, booster: xgboost.Booster) -> int:
    """How many rounds predict: those up to the best one where the training stopped early."""
    best, rounds = booster.attr("best_iteration"), booster.num_boosted_rounds()
    if best is None:
        return rounds
    if not best.isdecimal():
        raise BundleError(
            f"{path}: its best_iteration is '{best}'; expected a whole number. "
            "Set it right with 'booster.set_attr(best_iteration=…)' and save the model again."
        )
    return min(int(best) + 1, rounds)


def _categorical(booster: xgboost.Booster, forest: Forest) -> tuple[bool, ...]:
    kinds = booster.feature_types or ["float"] * booster.num_features()
    return tuple(kind == "c" or code >= 0 for kind, code in zip(kinds, forest.codes, strict=True))


def _labels(booster: xgboost.Booster) -> tuple[tuple[str, ...], ...]:
    """The stored categories of each feature; models before XGBoost 3.1 store none."""
    if booster.get_categories().empty():
        return ((),) * booster.num_features()
    stored = booster.get_categories(export_to_arrow=True).to_arrow()
    return tuple(
        () if labels is None else tuple(str(label) for label in labels.to_pylist())
        for _, labels in stored
    )
