"""A storm: faults at random times, in bursts, and all the same with the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random


class Storm:
    """Strikes a share of all attempts, in bursts of one to `longest` of them, of one error each."""

    def __init__(self, seed: int, errors: Sequence[str], *, share: float, longest: int) -> None:
        self.error = ""
        self.left = 10**9
        self._errors = errors
        self._longest = longest
        self._random = Random(seed)
        self._burst = 0
        self._chance = 2 * share / ((1 - share) * (longest + 1))

    def strikes(self, *_attempt: object) -> bool:
        """Whether the next attempt is struck, with `error`. After a burst one gets through."""
        if self._burst == 0 and self._random.random() < self._chance:
            self._burst = 1 + self._random.randint(1, self._longest)
            self.error = self._random.choice(self._errors)
        self._burst = max(0, self._burst - 1)
        return self._burst > 0
