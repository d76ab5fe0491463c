"""What CloudWatch and target tracking do, of which the offline AWS only keeps the policies.

AWS grows a group once three minutes in a row were above the target, and shrinks it after fifteen
below nine tenths of it. Here one and three have to do, or a person would wait too long.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from moto.autoscaling.models import FakeAutoScalingGroup

from tests.rehearsal.balancer import Target
from tests.twin.launching import place_of

METRIC = "ALBRequestCountPerTarget"
MINUTE = 60.0
LOW = 0.9
PATIENCE = 3
"""Minutes below before a group shrinks."""

Resize = Callable[[FakeAutoScalingGroup, int], None]


class Scaling:
    """Counts the requests of each minute of the offline AWS, and resizes a group after them."""

    def __init__(self, clock: Callable[[], float], resize: Resize) -> None:
        self._clock = clock
        self._resize = resize
        self._ends = clock() + MINUTE
        self._given: dict[str, int] = {}
        self._requests = 0
        self._low = 0

    def look(self, group: FakeAutoScalingGroup | None, targets: Mapping[str, Target]) -> None:
        """Count what has come since the last look; at the end of a minute, judge."""
        for name, target in targets.items():
            self._requests += max(0, target.requests - self._given.get(name, 0))
        self._given = {name: target.requests for name, target in targets.items()}
        if self._clock() < self._ends:
            return
        requests, self._requests = self._requests, 0
        self._ends += MINUTE
        if group is not None and (target_value := _target(group)) and targets:
            self._judge(group, requests, target_value, len(targets))

    def _judge(self, group: FakeAutoScalingGroup, requests: int, target: float, count: int) -> None:
        wanted = math.ceil(requests / target)
        bounded = min(max(wanted, group.min_size or 0), group.max_size or 0)
        desired = group.desired_capacity or 0
        self._low = self._low + 1 if requests / count < LOW * target else 0
        if bounded > desired or (bounded < desired and self._low >= PATIENCE):
            self._low = 0
            self._resize(group, bounded)


def _target(group: FakeAutoScalingGroup) -> float:
    """The requests a minute that each instance should have; 0 without such a policy."""
    for policy in place_of(group).autoscaling.policies.values():
        tracking = vars(policy.target_tracking_configuration or object)
        metric = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
        if policy.auto_scaling_group_name == group.name and metric == METRIC:
            return float(tracking["TargetValue"])
    return 0.0
