"""The trial: a model and the baselines on rows that none of them has learnt from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.baselines import fit_baselines
from model.comparison import MODEL, Comparison
from model.estimates import estimate_columns
from model.manifest import Metrics
from model.metrics import scores
from model.predictor import Predictor
from model.split import Split
from model.table import Table

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Estimates for the rows of a table, the model's and the baselines', each of shape (n,)."""

    title: str
    table: Table
    price: Values
    low: Values
    high: Values
    baselines: Mapping[str, Values]

    @property
    def comparison(self) -> Comparison:
        """The scores of all, the model's last."""
        y = self.table.y
        compared = {name: scores(price, y) for name, price in self.baselines.items()}
        compared[MODEL] = scores(self.price, y, self.low, self.high)
        return Comparison(self.title, len(y), compared)

    @property
    def metrics(self) -> Metrics:
        """The comparison as a manifest holds it."""
        baselines = dict(self.comparison.scores)
        model = baselines.pop(MODEL)
        return Metrics(self.title, len(self.table), model, baselines)


def try_out(predictor: Predictor, split: Split, title: str, threads: int) -> Trial:
    """The held-out side of a split as the predictor sees it, and baselines fitted on the other.

    `predictor` must have learnt from nothing but the other side, and give intervals.
    """
    x = split.test.x
    price, low, high = (each.astype(np.float32) for each in estimate_columns(predictor, x))
    baselines = fit_baselines(split.train, threads)
    prices = {name: baseline(x) for name, baseline in baselines.items()}
    return Trial(title, split.test, price, low, high, prices)
