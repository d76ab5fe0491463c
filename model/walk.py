"""The walk: one row through the trees, in C, where that was compiled and knows the model.

Its outputs are those of `Booster.predict` to the last bit, see `model/native/walk.c`. What it does
not know, splits by category above all, is left to libxgboost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from model.learner import Learner, feature_count
from model.manifest import Booster
from model.ubjson import Malformed

if TYPE_CHECKING:
    from model._trees import Tree, Walk

try:
    _trees: ModuleType | None = import_module("model._trees")
except ImportError:  # installed where no compiler was at hand
    _trees = None

INTERFACE = 2
"""Of the extension that this was written for, see `model/native/module.c`."""

if _trees is not None and getattr(_trees, "INTERFACE", 1) != INTERFACE:
    raise ImportError(
        f"{_trees.__file__} was compiled of other code: 'make setup' compiles it anew"
    )

_ARRAYS = ("left_children", "right_children", "split_indices", "split_conditions", "default_left")


def open_walk(learner: Learner, facts: Booster) -> Walk | None:
    """The walk of a model, None where it was not compiled or does not know such a model.

    Raises `Malformed` for trees that cannot be walked without leaving them.
    """
    if _trees is None or not _known(learner):
        return None
    try:
        model = learner["gradient_booster"]["model"]
        chosen = _rounds(model, facts)
        trees = tuple(_arrays(tree) for tree in model["trees"][chosen])
        outputs = tuple(model["tree_info"][chosen])
        features, base = feature_count(learner), _base(learner, facts)
        walk: Walk = _trees.Walk(features, base, trees, outputs, exponential=facts.link == "log")
    except (ValueError, TypeError, KeyError, IndexError) as fault:
        raise Malformed(f"its trees cannot be walked: {fault}") from fault
    return walk


def _known(learner: Learner) -> bool:
    """Whether it is trees of one number a leaf, which add up, and split by numbers alone."""
    booster = learner["gradient_booster"]
    return booster["name"] == "gbtree" and all(
        not any(tree.get("split_type", ())) and int(tree["tree_param"]["size_leaf_vector"]) <= 1
        for tree in booster["model"]["trees"]
    )


def _rounds(model: Mapping[str, Any], facts: Booster) -> slice:
    """The trees of the boosting rounds that predict."""
    begin, end = facts.iterations
    ends: Sequence[int] = model.get("iteration_indptr", ())
    if ends:
        return slice(ends[begin], ends[end])
    each = facts.outputs * int(model["gbtree_model_param"].get("num_parallel_tree", "1") or 1)
    return slice(begin * each, end * each)


def _arrays(tree: Mapping[str, Any]) -> Tree:
    left, right, feature, number, missing = (tree[name] for name in _ARRAYS)
    return left, right, feature, number, missing


def _base(learner: Learner, facts: Booster) -> tuple[float, ...]:
    """The base score of each output; one alone is that of all."""
    scores = json.loads(learner["learner_model_param"]["base_score"])
    scores = scores if isinstance(scores, list) else [scores]
    if len(scores) not in (1, facts.outputs):
        raise Malformed(f"it has {len(scores)} outputs, not {facts.outputs}")
    return tuple(scores * facts.outputs if len(scores) == 1 else scores)
