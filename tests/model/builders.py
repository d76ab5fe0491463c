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


def rows(count: int, width: int, seed: int = 3) -> NDArray[np.float32]:
    """Random values from 0 to 100 of shape (count, width)."""
    return np.random.default_rng(seed).uniform(0, 100, (count, width)).astype(np.float32)


def outcomes(x: NDArray[np.float32], seed: int = 5) -> NDArray[np.float32]:
    """Costs above 0 that grow with the first two columns, and some noise: shape (n,)."""
    noise = np.random.default_rng(seed).normal(0, 1, len(x))
    return np.maximum(1, 5 + x[:, 0] / 10 + x[:, -1] / 20 + noise).astype(np.float32)


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
    given: Any = {"max_depth": 3, "nthread": 1, "verbosity": 0} | parameters
    matrix = xgboost.DMatrix(
        x, outcomes(x), feature_names=columns, feature_types=types, nthread=1
    )
    return xgboost.train(given, matrix, rounds)


def saved(path: Path, model: xgboost.Booster | None = None) -> Path:
    """The file that `save_model` writes; the suffix says whether as UBJ or JSON."""
    (model or booster()).save_model(path)
    return path


def edited(path: Path, edit: Callable[[Document], object]) -> Path:
    """A model as JSON whose learner was edited before it was written."""
    document = json.loads(bytes(booster().save_raw("json")))
    edit(document["learner"])
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


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
