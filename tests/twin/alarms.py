"""Alarms that fire when a test says so: now, or at a moment of the clock's."""

from __future__ import annotations

from tests.twin.clock import Clock
from tests.twin.place import Place

STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")


class Alarms:
    """Moto stores alarms and never evaluates them; here the test is the metric."""

    def __init__(self, clock: Clock, place: Place) -> None:
        self._clock = clock
        self._place = place

    def set(
        self, name: str, state: str, *, after: float = 0, reason: str = "Set by a test"
    ) -> None:
        """Put an alarm into a state, `after` seconds from now.

        Raises ValueError for a state that CloudWatch does not know, and KeyError (at once, or when
        the moment comes) if no such alarm exists.
        """
        if state not in STATES:
            raise ValueError(f"an alarm is in one of {STATES}, not {state!r}")
        if after:
            self._clock.after(after, lambda: self._set(name, state, reason))
        else:
            self._set(name, state, reason)

    def _set(self, name: str, state: str, reason: str) -> None:
        alarms = self._place.cloudwatch.alarms
        if name not in alarms:
            raise KeyError(f"no alarm {name!r}: there are {sorted(alarms)}")
        alarms[name].update_state(reason, "{}", state)
