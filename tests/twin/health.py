"""Target health that a test scripts, or lets somebody observe: from initial to what becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moto.ec2.models.instances import Instance
from moto.elbv2.models import FakeTargetGroup

from tests.twin.clock import Clock
from tests.twin.templates import tags_of

DESCRIPTIONS = {
    "Elb.InitialHealthChecking": "Initial health checks in progress",
    "Elb.RegistrationInProgress": "Target registration is in progress",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.ResponseCodeMismatch": "Health checks failed with these codes: [503]",
    "Target.Timeout": "Request timed out",
}
STATES = ("healthy", "unhealthy")
REGISTRATION = 5  # seconds until the first check


@dataclass(frozen=True)
class Verdict:
    """State, reason and description as DescribeTargetHealth gives them."""

    state: str
    reason: str | None = None
    description: str | None = None


HEALTHY = Verdict("healthy")

Observe = Callable[[str], Verdict | None]  # of a target's id; None while nothing is known of it


@dataclass(frozen=True)
class Line:
    """One line of the script: what becomes of the targets that it names, and when."""

    verdict: Verdict
    written: float
    after: float | None  # seconds from registration, or from the writing if that was later
    digest: str | None = None
    instance: str | None = None

    def names(self, target_id: str, instance: Instance | None) -> bool:
        if self.instance is not None:
            return self.instance == target_id
        return self.digest is None or (instance is not None and _mentions(instance, self.digest))

    def due(self, registered: float, checks: float) -> float:
        return max(registered, self.written) + (checks if self.after is None else self.after)


class Health:
    """The script of all targets. Without a line a target is healthy after its group's checks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: list[Line] = []
        self._observe: Observe | None = None

    def observe(self, see: Observe) -> None:
        """Say from now on what somebody sees of the targets, whatever the script says."""
        self._observe = see

    def script(
        self,
        *,
        becomes: str = "healthy",
        reason: str | None = None,
        description: str | None = None,
        after: float | None = None,
        digest: str | None = None,
        instance: str | None = None,
    ) -> None:
        """Say what becomes of targets: of one instance, of those that run an image, or of all.

        `after` counts seconds from registration, or from now for a target registered before; by
        default it is as long as the group's health checks take. A later line takes over from an
        earlier one when its time has come. An instance runs an image if one of its tags, or its
        user data, holds the digest. Raises ValueError for a state that the balancer does not give.
        """
        if becomes not in STATES:
            raise ValueError(f"a target becomes one of {STATES}, not {becomes!r}")
        if becomes == "unhealthy":
            reason = reason or "Target.FailedHealthChecks"
            description = description or DESCRIPTIONS.get(reason)
        verdict = Verdict(becomes, reason, description)
        self._lines.append(Line(verdict, self._clock.time(), after, digest, instance))

    def verdict(
        self, group: FakeTargetGroup, target_id: str, instance: Instance | None, since: float
    ) -> Verdict:
        """What the script says now of a target registered at `since`, or who observes it."""
        if self._observe is not None:
            return self._observe(target_id) or self._initial(since)
        lines = [line for line in self._lines if line.names(target_id, instance)]
        if not any(line.written <= since for line in lines):
            lines.insert(0, Line(HEALTHY, since, None))
        due = [(line.due(since, _checks(group, line.verdict)), line) for line in lines]
        past = [(moment, line) for moment, line in due if moment <= self._clock.time()]
        if not past:
            return self._initial(since)
        return max(past, key=lambda pair: (pair[0], pair[1].written))[1].verdict

    def _initial(self, since: float) -> Verdict:
        young = self._clock.time() < since + REGISTRATION
        reason = "Elb.RegistrationInProgress" if young else "Elb.InitialHealthChecking"
        return Verdict("initial", reason, DESCRIPTIONS[reason])


def _checks(group: FakeTargetGroup, verdict: Verdict) -> float:
    """How long the group's checks take to come to a verdict, in seconds."""
    healthy, unhealthy = group.healthy_threshold_count, group.unhealthy_threshold_count
    return float(group.health_check_interval_seconds) * int(
        healthy if verdict.state == "healthy" else unhealthy
    )


def _mentions(instance: Instance, digest: str) -> bool:
    if any(digest in value for value in tags_of(instance).values()):
        return True
    return instance.user_data is not None and digest in instance.user_data.decode()
