"""The learner: what the document of a model says of its booster."""

from collections.abc import Mapping
from typing import Any

from model.ubjson import Malformed, decode_ubjson

Learner = Mapping[str, Any]
"""The member `learner` of a document, as `save_model` writes it."""


def read_learner(model: bytes) -> Learner:
    """The learner in a model file of UBJ. Raises `Malformed` for what is none."""
    learner = at(decode_ubjson(model), "learner")
    if not isinstance(learner, dict) or not isinstance(learner.get("gradient_booster"), dict):
        raise Malformed("it holds no model of XGBoost")
    return learner


def feature_count(learner: Learner) -> int:
    """How many features the booster takes. Raises `Malformed` where that is not said."""
    try:
        return int(at(learner, "learner_model_param", "num_feature"))
    except (TypeError, ValueError) as error:
        raise Malformed("its number of features is not given") from error


def feature_names(learner: Learner) -> list[str]:
    """What the features are called; empty where they have no names."""
    return list(at(learner, "feature_names") or ())


def at(document: Any, *keys: str) -> Any:
    """The value under nested keys, None where one of them is not there."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document
