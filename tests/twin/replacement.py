"""Replacing a group's instances one by one, each by a real one that must prove itself first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState

from tests.twin.clock import Clock
from tests.twin.fleet import Fleet, Orders, live
from tests.twin.launching import place_of
from tests.twin.refresh_request import Preferences
from tests.twin.targets import Targets
from tests.twin.templates import Target

WAITING = "Waiting for remaining instances to be available. For example: {id} {why}."
WARMING = "Waiting for instances to warm up before continuing. For example: {id} is warming up."
UNKNOWN = "has insufficient data to evaluate its health with Elastic Load Balancing"
KEPT = "is protected from scale in or in standby"
LAUNCHED = "an instance was launched in response to an instance refresh."
TERMINATED = "an instance was taken out of service in response to an instance refresh."

World = tuple[Clock, Fleet, Targets]
Tick = Callable[[], Iterator[float]]  # raises what stops the replacement
Tell = Callable[[str | None], None]  # takes the status reason


class Impatient(Exception):
    """No replacement for as long as AWS keeps trying; the text says what it waited for."""


class Replacement:
    """The way of a group to `target`; `run` is a process of the clock's.

    `before` holds the instances that must go even if the target launched them.
    """

    def __init__(
        self,
        group: FakeAutoScalingGroup,
        target: Target,
        preferences: Preferences,
        world: World,
        *,
        before: frozenset[str] = frozenset(),
    ) -> None:
        self._group = group
        self._target = target
        self._preferences = preferences
        self._clock, self._fleet, self._targets = world
        self._before = before

    def outdated(self) -> list[InstanceState]:
        """The members still to be replaced, those that serve least first."""
        found = [one for one in self._members() if self._is_outdated(one)]
        return sorted(found, key=self._is_ready)

    def one(self, tick: Tick, tell: Tell, patience: float) -> Iterator[float]:
        """Replace one instance; raises Impatient."""
        deadline = self._clock.time() + patience
        if len(live(self._group)) > (self._group.desired_capacity or 0):
            self._terminate_one()
        elif self._preferences.launches_first:
            yield from self._wait_for_free(tick, tell, deadline)
            yield from self._launch_one(tick, tell, deadline)
            self._terminate_one()
        else:
            yield from self._wait_for_free(tick, tell, deadline)
            self._terminate_one()
            yield from self._launch_one(tick, tell, deadline)

    def _launch_one(self, tick: Tick, tell: Tell, deadline: float) -> Iterator[float]:
        wanted = sum(map(self._is_ready, self._fresh())) + 1
        surge = int(self._preferences.launches_first)
        self._fleet.orders[self._group.arn] = Orders(self._target, surge)
        self._fleet.reconcile(self._group, LAUNCHED)
        while sum(map(self._is_ready, self._fresh())) < wanted:
            reason = self._why_not_ready()
            tell(reason)
            self._check(deadline, reason)
            yield from tick()
        tell(None)

    def _terminate_one(self) -> None:
        free = [one for one in self.outdated() if not self._keeps(one)]
        if free:
            self._fleet.terminate(free[0], TERMINATED)
        self._fleet.orders[self._group.arn] = Orders(self._target)

    def _wait_for_free(self, tick: Tick, tell: Tell, deadline: float) -> Iterator[float]:
        """Wait until something may be replaced: neither protected nor in standby."""
        while all(self._keeps(one) for one in self.outdated()):
            reason = WAITING.format(id=self.outdated()[0].instance_id, why=KEPT)
            tell(reason)
            self._check(deadline, reason)
            yield from tick()

    def _check(self, deadline: float, reason: str) -> None:
        if self._clock.time() >= deadline:
            raise Impatient(f"The instance refresh made no progress for an hour. {reason}")

    def _is_outdated(self, member: InstanceState) -> bool:
        if self._preferences.protected == "Ignore" and member.protected_from_scale_in:
            return False
        known = self._target.launched(member.instance)
        return not known or member.instance_id in self._before

    def _members(self) -> list[InstanceState]:
        standby = [one for one in self._group.instance_states if one.lifecycle_state == "Standby"]
        return live(self._group) + standby * (self._preferences.standby != "Ignore")

    def _keeps(self, member: InstanceState) -> bool:
        """Whether the refresh has to wait for somebody to let go of a member."""
        if member.lifecycle_state == "Standby":
            return self._preferences.standby == "Wait"
        return bool(member.protected_from_scale_in) and self._preferences.protected == "Wait"

    def _fresh(self) -> list[InstanceState]:
        return [one for one in live(self._group) if not self._is_outdated(one)]

    def _is_ready(self, member: InstanceState) -> bool:
        since = self._fleet.in_service_since(member)
        warm = since is not None and self._clock.time() >= since + self._preferences.warmup
        return warm and self._is_healthy(member)

    def _is_healthy(self, member: InstanceState) -> bool:
        if member.lifecycle_state != "InService" or member.health_status != "Healthy":
            return False
        if "ELB" not in (self._group.health_check_type or ""):
            return member.instance.state == "running"
        target_groups = place_of(self._group).elbv2.target_groups
        return all(
            self._targets.verdict(target_groups[arn], member.instance_id).state == "healthy"
            for arn in self._group.target_group_arns
        )

    def _why_not_ready(self) -> str:
        waiting = [one for one in self._fresh() if not self._is_ready(one)]
        if not waiting:
            return "Waiting for remaining instances to be available. No instance could be launched."
        if self._is_healthy(waiting[0]):
            return WARMING.format(id=waiting[0].instance_id)
        return WAITING.format(id=waiting[0].instance_id, why=UNKNOWN)
