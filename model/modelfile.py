"""A model file: what `save_model` wrote, read and checked before the library opens it.

The library trusts the files that it loads: one that is damaged can end the process.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.bundle import refuse_unreadable
from model.errors import BundleError
from model.forest import Forest, integers, read_forest
from model.learner import at
from model.objectives import LINKS, QUANTILES
from model.ubjson import Malformed, decode_ubjson

_RENAMED = {"reg:linear": "reg:squarederror"}
_BLANK = b"\xef\xbb\xbf \t\r\n"
_LENGTH_MARKERS = b"LlIiU"


@dataclass(frozen=True, slots=True, eq=False)
class ModelFile:
    """A sound file: its bytes, whether they are UBJ or JSON, its objective and its trees."""

    content: bytes
    ubj: bool
    objective: str
    forest: Forest


def read_model_file(path: Path) -> ModelFile:
    """The file at `path`, UBJ or JSON by its content, whatever its suffix.

    Raises `BundleError` for a file that is no whole model, a pickle above all, and for a model
    whose answer is not one price.
    """
    content = _read(path)
    ubj = content[1:2] in tuple(bytes([marker]) for marker in _LENGTH_MARKERS)
    learner = _learner(path, content, ubj=ubj)
    objective = _supported(path, learner)
    return ModelFile(content, ubj, objective, _sound_forest(path, learner))


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: cannot be read: {error.strerror}. Check the path.") from error
    stripped = content.lstrip(_BLANK)
    content = stripped if stripped.startswith(b"{") else content
    refuse_unreadable(path, content)
    return content


def _learner(path: Path, content: bytes, *, ubj: bool) -> dict[str, Any]:
    try:
        document = decode_ubjson(content) if ubj else json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise BundleError(
            f"{path}: the model is damaged or cut short ({len(content)} bytes): {fault}. "
            "Save or copy it again."
        ) from fault
    if not isinstance(at(document, "learner", "objective", "name"), str):
        raise BundleError(
            f"{path}: holds no model of XGBoost: it has no learner with an objective. "
            "Save the model with 'booster.save_model(\"model.ubj\")'."
        )
    learner: dict[str, Any] = document["learner"]
    return learner


def _supported(path: Path, learner: dict[str, Any]) -> str:
    """The model's objective. Raises `BundleError` for a kind of model that prices nothing."""
    objective, kind = at(learner, "objective", "name"), at(learner, "gradient_booster", "name")
    targets = str(at(learner, "learner_model_param", "num_target") or "1")
    leaves = {str(at(tree, "tree_param", "size_leaf_vector")) for tree in _trees(learner)}
    fault = None
    if objective not in LINKS:
        fault = (
            f"objective is {objective}, whose answer is not a price; allowed: {', '.join(LINKS)}"
        )
    elif kind not in ("gbtree", "dart"):
        fault = f"booster is {kind}; allowed: gbtree, dart"
    elif targets not in ("0", "1") and objective != QUANTILES:
        fault = f"number of targets is {targets}; allowed: 1. Train a model for each target"
    elif not leaves <= {"None", "0", "1"}:
        fault = "leaves hold several outputs each; allowed: multi_strategy one_output_per_tree"
    if fault is not None:
        raise BundleError(f"{path}: the model's {fault}.")
    return _RENAMED.get(str(objective), str(objective))


def _sound_forest(path: Path, learner: dict[str, Any]) -> Forest:
    trees = _trees(learner)
    try:
        features = int(at(learner, "learner_model_param", "num_feature"))
        _check_names(learner, features)
        _check_counts(learner, len(trees))
        if sorted(at(tree, "id") for tree in trees) != list(range(len(trees))):
            raise Malformed("its trees are not numbered from 0")
        return read_forest(trees, features)
    except (ValueError, TypeError) as fault:
        raise BundleError(
            f"{path}: the model is damaged: {fault}. Save it again where it was made."
        ) from fault


def _check_names(learner: dict[str, Any], features: int) -> None:
    for key in ("feature_names", "feature_types"):
        given = at(learner, key) or []
        if features < 1 or len(given) not in (0, features):
            raise Malformed(f"it has {len(given)} {key} for {features} features")


def _check_counts(learner: dict[str, Any], trees: int) -> None:
    model = _tree_model(learner)
    if not trees or int(at(model, "gbtree_model_param", "num_trees")) != trees:
        raise Malformed(f"it has {trees} trees, and names another number of them")
    outputs = integers(model, "tree_info")
    most = max(1, int(at(learner, "learner_model_param", "num_target") or 1))
    if len(outputs) != trees or (outputs < 0).any() or (outputs >= most).any():
        raise Malformed("its trees do not fit its outputs")
    ends = integers(model, "iteration_indptr", (0, trees)).tolist()
    if ends[:1] != [0] or ends[-1] != trees or sorted(set(ends)) != ends:
        raise Malformed("its rounds do not fit its trees")
    weights = at(learner, "gradient_booster", "weight_drop")
    if weights is not None and len(weights) != trees:
        raise Malformed("its weights do not fit its trees")


def _trees(learner: dict[str, Any]) -> list[Any]:
    trees = at(_tree_model(learner), "trees")
    return trees if isinstance(trees, list) else []


def _tree_model(learner: dict[str, Any]) -> Any:
    booster = at(learner, "gradient_booster")
    return at(booster, "model") or at(booster, "gbtree", "model")
