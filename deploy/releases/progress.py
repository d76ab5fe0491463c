"""What a person reads while waiting: phase, elapsed time, and why it waits."""

from collections.abc import Callable
from typing import TextIO

QUIET = 60.0
"""After so many seconds a line is said again, lest a silent log be taken for a dead one."""


class Progress:
    """Lines to a stream, each said when it changes; and how long each phase has taken."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self.phases: dict[str, float] = {}
        self._stream = stream
        self._clock = clock
        self._started = self._entered = self._said_at = clock()
        self._phase = ""
        self._last = ""

    def phase(self, name: str) -> None:
        """End the phase before, and begin another."""
        self.end()
        self._phase, self._entered = name, self._clock()
        self.say("…")

    def is_in(self, name: str) -> bool:
        """Whether that is the phase now."""
        return self._phase == name

    def end(self) -> None:
        """End the phase. One that is entered twice has the sum of both times."""
        if self._phase:
            before = self.phases.get(self._phase, 0.0)
            self.phases[self._phase] = round(before + self._clock() - self._entered, 1)
        self._phase = ""

    def say(self, text: str) -> None:
        """Say a line, unless it was the last one that was said, and not long ago."""
        line = f"{self._phase}: {text}" if self._phase else text
        now = self._clock()
        if line == self._last and now - self._said_at < QUIET:
            return
        self._last, self._said_at = line, now
        print(f"[{elapsed(now - self._started)}] {line}", file=self._stream, flush=True)


def elapsed(seconds: float) -> str:
    """Minutes and seconds, as in 2:05, with hours if there are any."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
