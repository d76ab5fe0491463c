"""Draining: the time between being told to stop and stopping to listen."""

import time
from collections.abc import Callable

Clock = Callable[[], float]


class Drain:
    """Whether this process is about to stop. `clock` gives monotonic seconds."""

    def __init__(self, period: float, clock: Clock = time.monotonic) -> None:
        self._period = period
        self._clock = clock
        self._since: float | None = None

    def begin(self) -> None:
        """Start to drain; once started it goes on."""
        if self._since is None:
            self._since = self._clock()

    @property
    def begun(self) -> bool:
        """True from the first `begin`: new work should go elsewhere."""
        return self._since is not None

    @property
    def over(self) -> bool:
        """True once the whole period has gone by since it began."""
        return self._since is not None and self._clock() - self._since >= self._period
