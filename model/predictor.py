"""The predictor: rows of numbers in, prices with their intervals and reasons out."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from model.engine import Engine
from model.form import open_form
from model.interval import bounds_of
from model.learner import Learner, read_learner
from model.library import LibraryBooster
from model.manifest import Golden, Manifest
from model.walk import open_walk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model._trees import Form

    Matrix = NDArray[np.float32] | array[float]

Row = Sequence[float]
"""One value per feature, in the manifest's order; NaN is missing, a category is its code."""


GOLDEN_TOLERANCE = 1e-5
"""How far, relatively, a golden answer may be from the stored one."""


class Estimate(NamedTuple):
    """A price and its interval, in the target's unit; the interval is None without calibration."""

    price: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a price is what it is: `baseline` plus all `contributions` is the price.

    In the target's unit, one contribution per feature in the manifest's order.
    """

    baseline: float
    contributions: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RangeWarning:
    """A value outside the range that the model was trained on."""

    feature: str
    value: float
    minimum: float
    maximum: float


class Predictor:
    """One booster and what its manifest says of it. Safe to call from several threads."""

    def __init__(self, model: bytes, manifest: Manifest, learner: Learner | None = None) -> None:
        """`model` is the content of the model file that the manifest names.

        `learner` is what was read of it already, if it was.

        Raises `ValueError` for a model that is damaged, `LibraryError` where libxgboost is
        needed for it and is not there.
        """
        facts = manifest.booster
        self.manifest = manifest
        self._library = LibraryBooster(model, len(manifest.features), facts.iterations)
        self.engine: Engine = open_walk(learner or read_learner(model), facts) or self._library
        self._price = facts.price
        self._low = facts.price if facts.low is None else facts.low
        self._high = facts.price if facts.high is None else facts.high
        self._minimum = manifest.target.minimum
        interval = manifest.interval
        self._bounds = None if interval is None else bounds_of(interval, self._minimum)
        self._ranges = tuple(
            (index, feature.name, feature.training.minimum, feature.training.maximum)
            for index, feature in enumerate(manifest.features)
            if feature.training is not None and not feature.categories
        )

    def predict(self, row: Row) -> Estimate:
        """The estimate for one row."""
        return self._estimate(self.engine.outputs(row))

    def form(self, pieces: tuple[str, ...]) -> Form | None:
        """A text with blanks for the rounded estimate of a row, see `model.form`."""
        return open_form(self.engine, self.manifest, pieces)

    def predict_rows(self, rows: Sequence[Row]) -> list[Estimate]:
        """The estimates for n rows, by the walk one by one: it is quicker even at many.

        `model.estimates` has those of a whole matrix of numpy's.
        """
        if self.engine is not self._library:
            walk, estimate = self.engine.outputs, self._estimate
            return [estimate(walk(row)) for row in rows]
        outputs, width = self.outputs(_matrix(rows)), self.manifest.booster.outputs
        starts = range(0, len(outputs), width)
        return [self._estimate(outputs[start : start + width]) for start in starts]

    def outputs(self, rows: Matrix) -> array[float]:
        """What the booster itself says of n rows: n × outputs, in the target's unit.

        They are float32 one after the other, or in an array of numpy's.
        """
        matrix = rows if isinstance(rows, array) else array("f", rows.tobytes())
        return self._library.outputs_of(matrix) if matrix else array("f")

    def explain(self, row: Row) -> Explanation:
        """The contributions of each feature to the price of one row.

        They are the booster's SHAP values. Where the price is not their plain sum (a log link,
        a price raised to the target's minimum), they are scaled to share out the difference
        between price and baseline in the same proportions.
        """
        *parts, bias = self._contributions(row)
        total = math.fsum(parts)
        plain = self._linked(bias), self._linked(bias + total)
        baseline, price = map(self._floor, plain)
        if (baseline, price) == plain:
            scale = self._slope(bias, total)
        else:
            scale = (price - baseline) / total if total else 0.0
        return Explanation(baseline, tuple(part * scale for part in parts))

    def warnings(self, row: Row) -> list[RangeWarning]:
        """The values of one row that lie outside the training range; missing ones never do."""
        return [
            RangeWarning(name, row[index], minimum, maximum)
            for index, name, minimum, maximum in self._ranges
            if row[index] < minimum or row[index] > maximum
        ]

    def golden_fault(self) -> str | None:
        """What is wrong with the answer to the first golden row that differs, if one does."""
        for golden in self.manifest.golden:
            found = self.predict([math.nan if v is None else v for v in golden.row])
            if not _agree(found, golden):
                return f"golden row {list(golden.row)} gives {_shown(found)}, not {_shown(golden)}"
        return None

    def _estimate(self, outputs: Sequence[float]) -> Estimate:
        price, minimum = outputs[self._price], self._minimum
        if minimum is not None and price < minimum:
            price = minimum
        if self._bounds is None:
            return Estimate(price, None, None)
        low, high = self._bounds(price, outputs[self._low], outputs[self._high])
        return Estimate(price, low, high)

    def _linked(self, margin: float) -> float:
        return math.exp(margin) if self.manifest.booster.link == "log" else margin

    def _slope(self, bias: float, total: float) -> float:
        """The price gained for each unit of margin; parts that cancel each other keep it too."""
        if self.manifest.booster.link == "identity":
            return 1.0
        return math.exp(bias) * (math.expm1(total) / total if total else 1.0)

    def _floor(self, price: float) -> float:
        minimum = self._minimum
        return price if minimum is None or price > minimum else minimum

    def _contributions(self, row: Row) -> Sequence[float]:
        """SHAP values of the price output: one for each feature, and the bias."""
        values, width = self._library.contributions_of(row), len(row) + 1
        start = self.manifest.booster.price * width
        return values[start : start + width]


def _matrix(rows: Sequence[Row]) -> array[float]:
    matrix = array("f")
    for row in rows:
        matrix.extend(row)
    return matrix


def _agree(found: Estimate, golden: Golden) -> bool:
    pairs = ((found.price, golden.price), (found.low, golden.low), (found.high, golden.high))
    return all(
        (a is None and b is None)
        or (
            a is not None
            and b is not None
            and math.isclose(a, b, rel_tol=GOLDEN_TOLERANCE, abs_tol=GOLDEN_TOLERANCE)
        )
        for a, b in pairs
    )


def _shown(answer: Estimate | Golden) -> str:
    interval = "no interval" if answer.low is None else f"{answer.low} to {answer.high}"
    return f"{answer.price} ({interval})"
