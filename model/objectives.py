"""Objectives: what a booster was trained for, and what makes a price of its margin."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Link = Literal["identity", "log"]

QUANTILES = "reg:quantileerror"

LINKS: Mapping[str, Link] = {
    QUANTILES: "identity",
    "reg:squarederror": "identity",
    "reg:linear": "identity",
    "reg:absoluteerror": "identity",
    "reg:pseudohubererror": "identity",
    "reg:squaredlogerror": "identity",
    "reg:tweedie": "log",
    "reg:gamma": "log",
    "count:poisson": "log",
}
"""Those whose predictions are prices, and how a prediction comes from a margin."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The targets that an objective can learn from: from `least`, or only those over it."""

    least: float = -math.inf
    exclusive: bool = False


TRAINED: Mapping[str, Bounds] = {
    QUANTILES: Bounds(),
    "reg:squarederror": Bounds(),
    "reg:absoluteerror": Bounds(),
    "reg:pseudohubererror": Bounds(),
    "reg:tweedie": Bounds(0.0),
    "reg:gamma": Bounds(0.0, exclusive=True),
    "count:poisson": Bounds(0.0),
}
"""Those that `train` offers."""
