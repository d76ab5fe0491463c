"""The targets of target groups: registered, draining for the delay, then gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from moto.elbv2.exceptions import InvalidTargetError, TargetGroupNotFoundError, TargetNotRunning
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup

from tests.twin.clock import Clock
from tests.twin.health import Health, Verdict
from tests.twin.place import Place

DELAY = "deregistration_delay.timeout_seconds"

DRAINING = Verdict(
    "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"
)
GONE = Verdict("unused", "Target.NotRegistered", "Target is not registered to the target group")
NO_LISTENER = Verdict(
    "unused",
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
)
STOPPED = Verdict("unused", "Target.InvalidState", "Target is in the stopped state")


@dataclass
class Registration:
    """One target in one group; `leaves` is when its draining ends."""

    target: dict[str, Any]
    since: float
    leaves: float | None = None


class Targets:
    """All registrations, and what the balancer says of each."""

    def __init__(self, clock: Clock, health: Health) -> None:
        self._clock = clock
        self._health = health
        self._all: dict[tuple[str, str], Registration] = {}

    def register(self, group: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            instance = group.ec2_backend.get_instance_by_id(target["Id"])
            if instance and instance.state != "running":
                raise TargetNotRunning(instance_id=target["Id"])
            known = self._all.get((group.arn, target["Id"]))
            if known and known.leaves is None:
                continue
            record = {"Id": target["Id"], "Port": target.get("Port", group.port)}
            group.targets[target["Id"]] = record
            self._all[group.arn, target["Id"]] = Registration(record, self._clock.time())

    def deregister(self, group: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            if not self.drain(group, target["Id"]):
                raise InvalidTargetError

    def drain(self, group: FakeTargetGroup, target_id: str) -> bool:
        """Begin to drain; False if there is no such target. Draining twice changes nothing."""
        known = self._all.get((group.arn, target_id))
        if known is None:
            return False
        if known.leaves is None:
            delay = delay_of(group)
            known.leaves = self._clock.time() + delay
            group.targets.pop(target_id, None)
            self._clock.after(delay, lambda: self._leave(group.arn, target_id))
        return True

    def verdict(self, group: FakeTargetGroup, target_id: str) -> Verdict:
        """What DescribeTargetHealth says of a target now."""
        known = self._all.get((group.arn, target_id))
        if known is None:
            return GONE
        if known.leaves is not None:
            return DRAINING
        if not in_use(group):
            return NO_LISTENER
        instance = group.ec2_backend.get_instance_by_id(target_id)
        if instance is None:
            return self._health.verdict(group, target_id, None, known.since)
        if instance.state != "running":
            return STOPPED
        return self._health.verdict(group, target_id, instance, known.since)

    def known(self) -> dict[str, bool]:
        """Every target's id, and whether it drains, whatever its group."""
        return {target_id: one.leaves is not None for (_, target_id), one in self._all.items()}

    def describe(
        self, group: FakeTargetGroup, targets: list[dict[str, Any]]
    ) -> list[FakeHealthStatus]:
        ours = [one.target for (arn, _), one in self._all.items() if arn == group.arn]
        return [self._status(group, target) for target in targets or ours]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While this lasts, moto's target groups ask here."""

        def register(group: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
            self.register(group, targets)

        def deregister(group: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
            self.deregister(group, targets)

        def terminated(group: FakeTargetGroup, ids: list[str]) -> None:
            for target_id in ids:
                self.drain(group, target_id)

        def describe(
            elbv2: ELBv2Backend, arn: str, targets: list[dict[str, Any]]
        ) -> list[FakeHealthStatus]:
            return self.describe(_group(elbv2, arn), targets)

        with (
            patch.object(FakeTargetGroup, "register", register),
            patch.object(FakeTargetGroup, "deregister", deregister),
            patch.object(FakeTargetGroup, "deregister_terminated_instances", terminated),
            patch.object(ELBv2Backend, "describe_target_health", describe),
        ):
            yield

    def _leave(self, arn: str, target_id: str) -> None:
        known = self._all.get((arn, target_id))
        if known and known.leaves is not None and known.leaves <= self._clock.time():
            del self._all[arn, target_id]

    def _status(self, group: FakeTargetGroup, target: dict[str, Any]) -> FakeHealthStatus:
        verdict = self.verdict(group, target["Id"])
        known = self._all.get((group.arn, target["Id"]))
        return FakeHealthStatus(
            instance_id=target["Id"],
            port=(known.target if known else target).get("Port", group.port),
            health_port=str(group.port)
            if group.health_check_port == "traffic-port"
            else group.health_check_port,
            status=verdict.state,
            reason=verdict.reason,
            description=verdict.description,
        )


def in_use(group: FakeTargetGroup) -> bool:
    """Whether a listener sends traffic to the group."""
    elbv2 = Place(group.account_id, group.region_name).elbv2
    return elbv2._any_listener_using(group.arn)  # noqa: SLF001 - moto's own answer to it


def delay_of(group: FakeTargetGroup) -> float:
    """How long its targets drain, in seconds."""
    return float(str(group.attributes[DELAY]))


def _group(elbv2: ELBv2Backend, arn: str) -> FakeTargetGroup:
    try:
        return elbv2.target_groups[arn]
    except KeyError:
        raise TargetGroupNotFoundError from None
