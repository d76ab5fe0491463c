"""Foreign models for tests: boosters of a few trees, made as somebody else would make them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

SHIPPING_COLUMNS = (
    "price",
    "product_weight_g",
    "product_height_cm",
    "delivery_distance_km",
    "product_volume_cm3",
)
Document = dict[str, Any]


class Trap:
    """An object whose pickle makes a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[object, ...]]:
        return (Path.touch, (self._path,))


def rows(count: int, width: int, seed: int = 3) -> NDArray[np.float32]:
    """Random values from 0 to 100 of shape (count, width)."""
    return np.random.default_rng(seed).uniform(0, 100, (count, width)).astype(np.float32)


def outcomes(x: NDArray[np.float32], seed: int = 5) -> NDArray[np.float32]:
    """Costs above 0 that grow with the first and the last column, and some noise: shape (n,)."""
    noise = np.random.default_rng(seed).normal(0, 1, len(x))
    costs: NDArray[np.float64] = 5 + x[:, 0] / 10 + 8 * (x[:, -1] > x[:, -1].mean()) + noise
    return costs.clip(1).astype(np.float32)


def booster(
    columns: Sequence[str] | None = ("size", "mass"),
    *,
    types: Sequence[str] | None = None,
    rounds: int = 4,
    width: int = 2,
    **parameters: object,
) -> xgboost.Booster:
    """A booster with these feature names, or of so many features without names."""
    x = rows(200, len(columns) if columns else width)
    for index, kind in enumerate(types or ()):
        if kind == "c":
            x[:, index] = np.floor(x[:, index] / 34)
    given: Any = {"max_depth": 3, "nthread": 1, "verbosity": 0}
    given |= {name: value for name, value in parameters.items() if value is not None}
    matrix = xgboost.DMatrix(x, outcomes(x), feature_names=columns, feature_types=types, nthread=1)
    return xgboost.train(given, matrix, rounds)


def saved(path: Path, model: xgboost.Booster | None = None) -> Path:
    """The file that `save_model` writes; the suffix says whether as UBJ or JSON."""
    (model or booster()).save_model(path)
    return path


def edited(
    path: Path, edit: Callable[[Document], object], model: xgboost.Booster | None = None
) -> Path:
    """A model as JSON whose learner was edited before it was written."""
    document = json.loads(bytes((model or booster()).save_raw("json")))
    edit(document["learner"])
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def aged(learner: Document) -> None:
    """Edit a learner to what XGBoost 1.6 wrote: no rounds, settings of another form."""
    learner["attributes"] = {"best_iteration": "3", "best_ntree_limit": "4"}
    parameters = learner["learner_model_param"]
    parameters["base_score"] = parameters["base_score"].strip("[]")
    del parameters["boost_from_average"]
    model = learner["gradient_booster"]["model"]
    del model["iteration_indptr"], model["cats"]
    model["gbtree_model_param"]["size_leaf_vector"] = "0"
    for tree in model["trees"]:
        tree["tree_param"]["size_leaf_vector"] = "0"


def toml(path: Path, *features: str, target: str = 'name = "cost"\ncolumn = "cost"') -> Path:
    """A feature table: each feature's lines, such as 'name = "size"'."""
    tables = "".join(f"\n[[features]]\n{lines}\n" for lines in features)
    path.write_text(f"[target]\n{target}\n{tables}", encoding="utf-8")
    return path


def data_file(path: Path, columns: Sequence[str], count: int = 200) -> Path:
    """A CSV file of rows and their outcomes in the column 'cost'."""
    x = rows(count, len(columns), seed=11)
    lines = [",".join([*columns, "cost"])]
    lines += [",".join(map(str, [*row, cost])) for row, cost in zip(x, outcomes(x), strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
