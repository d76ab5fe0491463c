"""The engine: what turns one row into the outputs of a booster."""

from collections.abc import Sequence
from typing import Protocol


class Engine(Protocol):
    """One of two: the walk where there is one, or libxgboost. They agree to the last bit."""

    @property
    def name(self) -> str:
        """What it is called in the log and in the description of the model."""

    def outputs(self, row: Sequence[float]) -> Sequence[float]:
        """One number for each output, in the target's unit, for one value for each feature."""
