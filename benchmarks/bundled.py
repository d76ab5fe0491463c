"""The model that is measured, as its manifest tells of it: the one that the service is given."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EMBEDDED = ROOT / "bundle"

Product = Mapping[str, float | str]
"""What a price is asked for, by the names of a request; what is missing is left out."""
Row = Sequence[float | None]
"""The same in the model's order; None is a missing value, a category its code."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle, with what a request and an answer call things."""

    directory: Path
    features: Sequence[Mapping[str, Any]]
    target: str
    """What an answer calls the price."""
    decimals: int | None
    """How many of them a price that is rounded keeps; None is all of them."""
    file: str
    """The path of the model."""
    price: int
    """Which of the model's outputs is the price."""
    golden: Sequence[tuple[Row, float]]
    """Rows, and the exact price of each."""

    @property
    def names(self) -> tuple[str, ...]:
        """What a request calls the features, in the model's order."""
        return tuple(feature["name"] for feature in self.features)

    @property
    def columns(self) -> tuple[str, ...]:
        """What the model calls them."""
        return tuple(feature["column"] for feature in self.features)

    def product(self, row: Row) -> Product:
        """What to ask for in place of a row."""
        return {
            feature["name"]: _label(feature, value)
            for feature, value in zip(self.features, row, strict=True)
            if value is not None
        }

    def row(self, product: Product) -> list[float]:
        """The row of a product, with NaN for what is missing."""
        return [_code(feature, product.get(feature["name"])) for feature in self.features]

    def rounded(self, price: float) -> float:
        """A price as the service answers it."""
        return price if self.decimals is None else round(price, self.decimals)


def served() -> Bundled:
    """The bundle of `ESTIMATOR_BUNDLE`, by which the service takes it too, or the embedded one."""
    return read(Path(os.environ.get("ESTIMATOR_BUNDLE", EMBEDDED)))


@cache
def read(directory: Path) -> Bundled:
    """The bundle in a directory, taken at its word."""
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    target, booster = manifest["target"], manifest["booster"]
    return Bundled(
        directory=directory,
        features=manifest["features"],
        target=target["name"],
        decimals=target.get("decimals"),
        file=str(directory / booster["file"]),
        price=booster["price"],
        golden=[(each["row"], each["price"]) for each in manifest["golden"]],
    )


def _label(feature: Mapping[str, Any], value: float) -> float | str:
    """What a request says for a number."""
    labels: Sequence[str] | None = feature.get("categories")
    return labels[int(value)] if labels else value


def _code(feature: Mapping[str, Any], value: float | str | None) -> float:
    """The number for what a request says."""
    if isinstance(value, str):
        return float(feature["categories"].index(value))
    return math.nan if value is None else value
