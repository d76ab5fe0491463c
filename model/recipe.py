"""The recipe: everything that decides, beside the data, what a training run makes."""

import math
from dataclasses import dataclass

import numpy as np

from model.errors import DataError
from model.objectives import QUANTILES, TRAINED
from model.table import Table

DEFAULT_HALF_LIFE = 60.0
"""Days after which a row counts half, where rows have a time and nothing else is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The options of a training run. Raises `DataError` for one outside its range.

    `rounds` is the most that early stopping may choose, after `patience` rounds without gain.
    `half_life` is in days, 0 for rows that all count the same, None for the default.
    `threads` is 0 for all processors; the model does not depend on it, and one is hardly slower,
    while two on a busy machine may take twenty times as long.
    """

    objective: str = QUANTILES
    depth: int = 10
    rounds: int = 1000
    patience: int = 50
    learning_rate: float = 0.05
    row_share: float = 0.8
    column_share: float = 0.8
    leaf_weight: float = 5.0
    coverage: float = 0.9
    test_share: float = 0.2
    holdout_share: float = 0.15
    half_life: float | None = None
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        half_life = self.half_life
        for option, allowed, ranges in (
            ("objective", self.objective in TRAINED, ", ".join(TRAINED)),
            ("depth", 1 <= self.depth <= 30, "1 to 30"),
            ("rounds", 1 <= self.rounds <= 100_000, "1 to 100000"),
            ("patience", 1 <= self.patience <= 100_000, "1 to 100000"),
            ("learning_rate", 0 < self.learning_rate <= 1, "over 0, up to 1"),
            ("row_share", 0 < self.row_share <= 1, "over 0, up to 1"),
            ("column_share", 0 < self.column_share <= 1, "over 0, up to 1"),
            ("leaf_weight", 0 <= self.leaf_weight < math.inf, "0 or more"),
            ("coverage", 0 < self.coverage < 1, "between 0 and 1, such as 0.9"),
            ("test_share", 0 <= self.test_share < 1, "0 (no test) or more, under 1"),
            ("holdout_share", 0 < self.holdout_share < 1, "between 0 and 1"),
            ("half_life", half_life is None or 0 <= half_life < math.inf, "0 (off) or more days"),
            ("seed", 0 <= self.seed < 2**31, "0 to 2147483647"),
            ("threads", 0 <= self.threads <= 1024, "0 (all processors) to 1024"),
        ):
            if not allowed:
                found = getattr(self, option)
                raise DataError(f"{option.replace('_', '-')} is {found}; allowed: {ranges}.")

    @property
    def days(self) -> float:
        """The half-life in days, 0 where all rows count the same."""
        return DEFAULT_HALF_LIFE if self.half_life is None else self.half_life

    def refuse_unfit(self, table: Table) -> None:
        """Raise `DataError` for a target that the objective cannot learn from."""
        bounds = TRAINED[self.objective]
        least = float(np.min(table.y))
        if least < bounds.least or (bounds.exclusive and least == bounds.least):
            raise DataError(
                f"the target '{table.target.column}' goes down to {least:g}, but {self.objective} "
                f"learns only from values {'over' if bounds.exclusive else 'from'} "
                f"{bounds.least:g}. Use --objective {QUANTILES}, or leave these rows out."
            )
