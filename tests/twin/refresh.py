"""One instance refresh: its statuses on the clock, and the way back if it must go back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

from tests.twin.fleet import Orders, live
from tests.twin.launching import place_of
from tests.twin.refresh_request import Wanted
from tests.twin.replacement import Impatient, Replacement, World
from tests.twin.templates import Target, adopt

TICK = 5  # seconds between two looks
CANCELLED = "Cancelled due to user request."
ROLLED_BACK = "Rollback requested by the user."
SETTLED = "an instance was launched or terminated after an instance refresh."


class _Cancelled(Exception):
    """The user cancels."""


class _Stopped(Exception):
    """It cannot go on, or should go back; the text says why."""


@dataclass(frozen=True)
class Rollback:
    """RollbackDetails: why, when, and how far the refresh had come."""

    reason: str
    start: datetime
    percentage: int
    to_update: int


class Refresh:
    """The refresh of one group. `run` is a process of the clock's."""

    def __init__(
        self, group: FakeAutoScalingGroup, wanted: Wanted, world: World, patience: float
    ) -> None:
        self.id = str(uuid.uuid4())
        self.group = group
        self.wanted = wanted
        self.asked_for: dict[str, Any] = {}  # the parameters, to be shown again
        self.status = "Pending"
        self.reason: str | None = None
        self.start: datetime | None = None
        self.end: datetime | None = None
        self.rollback: Rollback | None = None
        self.percentage = 0
        self.to_update = 0
        self._world = world
        self._clock, self._fleet, _ = world
        self._patience = patience
        self._asked: Exception | None = None
        self._total = 0

    @property
    def active(self) -> bool:
        return self.end is None

    def cancel(self, *, wait: bool) -> None:
        """End without going back; with `wait` only once what is being launched has arrived."""
        self.status = "Cancelling"
        self._asked = _Cancelled()
        if not wait:
            self._end("Cancelled", CANCELLED)

    def roll_back(self) -> None:
        """Go back to the group's own configuration, by the user's wish."""
        self._asked = _Stopped(ROLLED_BACK)
        self._turn(ROLLED_BACK)

    def run(self) -> Iterator[float]:
        try:
            yield from self._begin()
            yield from self._replace(self.wanted.target, self._before())
            yield from self._bake()
            self._succeed()
        except _Cancelled:
            yield from self._finish_cancelling()
        except (_Stopped, Impatient) as stopped:
            if self.rollback or self.wanted.preferences.auto_rollback:
                yield from self._go_back(str(stopped))
            else:
                self._end("Failed", str(stopped))

    def _begin(self) -> Iterator[float]:
        yield from self._tick()
        self.status, self.start = "InProgress", self._clock.now()

    def _replace(self, target: Target, before: frozenset[str] = frozenset()) -> Iterator[float]:
        """One instance after the other, until none is left that should be another."""
        self._fleet.orders[self.group.arn] = Orders(target)
        way = Replacement(self.group, target, self.wanted.preferences, self._world, before=before)
        if self.rollback is None:
            self._total = self.to_update = len(way.outdated())
        yield from self._tick()
        while way.outdated():
            self._count(len(way.outdated()))
            yield from way.one(self._tick, self._tell, self._patience)
            passed = self.percentage
            self._count(len(way.outdated()))
            yield from self._pause(passed)

    def _before(self) -> frozenset[str]:
        """Without skip matching, whatever runs now has to go."""
        if self.wanted.preferences.skip_matching:
            return frozenset()
        return frozenset(one.instance_id for one in live(self.group))

    def _count(self, left: int) -> None:
        """Progress rises with what is replaced, and in a rollback falls with what is put back."""
        if self.rollback is None:
            self.to_update = left
            self.percentage = 100 * (self._total - left) // self._total
        else:
            self.percentage = min(self.percentage, 100 * left // max(1, self._total))
            self.to_update = max(self.to_update, self._total - left)

    def _pause(self, passed: int) -> Iterator[float]:
        """Wait at a checkpoint that the last replacement has reached."""
        reached = (passed < one <= self.percentage < 100 for one in self._checkpoints())
        if self.rollback is None and any(reached):
            self.reason = f"Waiting at the checkpoint of {self.percentage} percent."
            yield from self._watch(self.wanted.preferences.checkpoint_delay)

    def _checkpoints(self) -> tuple[int, ...]:
        return self.wanted.preferences.checkpoints

    def _bake(self) -> Iterator[float]:
        """Watch on: an alarm in this time fails the refresh as it does before."""
        if self.wanted.preferences.bake:
            self.status, self.percentage = "Baking", 100
            self.reason = "Waiting for the bake time to pass."
            yield from self._watch(self.wanted.preferences.bake)

    def _watch(self, seconds: float) -> Iterator[float]:
        until = self._clock.time() + seconds
        while self._clock.time() < until:
            yield from self._tick()

    def _succeed(self) -> None:
        adopt(self.group, self.wanted.target, alone=self.wanted.alone)
        self.percentage, self.to_update = 100, 0
        self._end("Successful", None)

    def _turn(self, reason: str) -> None:
        self.status, self.reason = "RollbackInProgress", reason
        if self.rollback is None:
            self.rollback = Rollback(reason, self._clock.now(), self.percentage, self.to_update)

    def _go_back(self, reason: str) -> Iterator[float]:
        """Really put back what was replaced, from the group's own version."""
        self._turn(reason)
        try:
            yield from self._replace(self.wanted.original)
        except _Cancelled:
            yield from self._finish_cancelling()
        except Impatient as stopped:
            self._end("RollbackFailed", str(stopped))
        else:
            self.percentage, self.to_update = 0, self._total
            self._end("RollbackSuccessful", reason)

    def _finish_cancelling(self) -> Iterator[float]:
        while self.active and any(one.lifecycle_state == "Pending" for one in live(self.group)):
            yield TICK
        if self.active:
            self._end("Cancelled", CANCELLED)

    def _end(self, status: str, reason: str | None) -> None:
        self.status, self.reason, self.end = status, reason, self._clock.now()
        self._fleet.orders.pop(self.group.arn, None)
        self._fleet.reconcile(self.group, SETTLED)

    def _tick(self) -> Iterator[float]:
        """Wait a moment; raises what the user has asked for, or that an alarm went off."""
        yield TICK
        if self._asked is not None:
            asked, self._asked = self._asked, None
            raise asked
        if self.rollback is None and (alarm := self._alarm()):
            raise _Stopped(f"The CloudWatch alarm {alarm} is in the ALARM state.")

    def _tell(self, reason: str | None) -> None:
        self.reason = reason

    def _alarm(self) -> str | None:
        alarms = place_of(self.group).cloudwatch.alarms
        names = self.wanted.preferences.alarms
        return next((x for x in names if x in alarms and alarms[x].state_value == "ALARM"), None)
