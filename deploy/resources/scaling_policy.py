"""Target tracking: the group follows the requests per target and the CPU."""

from collections.abc import Callable
from typing import Any

from deploy.aws import Aws, absent
from deploy.names import Names
from deploy.resource import Later, Settings
from deploy.resources.balancer import Balancer
from deploy.resources.group import Group
from deploy.resources.target_group import TargetGroup

REQUESTS = "ALBRequestCountPerTarget"
CPU = "ASGAverageCPUUtilization"


def _no_label() -> str:
    """CPU needs none."""
    return ""


class ScalingPolicy:
    """One metric, and the value that the group is kept at."""

    kind = "scaling policy"

    def __init__(
        self,
        aws: Aws,
        names: Names,
        group: Group,
        *,
        metric: str,
        target: float,
        label: Callable[[], str | Later] = _no_label,
    ) -> None:
        self.name = names.of("requests" if metric == REQUESTS else "cpu")
        self._aws = aws
        self._group = group
        self._metric = metric
        self._target = target
        self._label = label

    def find(self) -> Settings | None:
        if not self._group.exists:
            return None
        for policy in self._aws.pages(
            "autoscaling",
            "describe_policies",
            "ScalingPolicies",
            AutoScalingGroupName=self._group.name,
            PolicyNames=[self.name],
        ):
            tracking = policy["TargetTrackingConfiguration"]
            metric = tracking["PredefinedMetricSpecification"]
            return {
                "metric": metric["PredefinedMetricType"],
                "label": metric.get("ResourceLabel", ""),
                "target": float(tracking["TargetValue"]),
            }
        return None

    def settings(self) -> Settings:
        return {"metric": self._metric, "label": self._label(), "target": float(self._target)}

    def create(self) -> None:
        metric: dict[str, Any] = {"PredefinedMetricType": self._metric}
        if self._label():
            metric["ResourceLabel"] = self._label()
        self._aws.client("autoscaling").put_scaling_policy(
            AutoScalingGroupName=self._group.name,
            PolicyName=self.name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={
                "PredefinedMetricSpecification": metric,
                "TargetValue": float(self._target),
            },
        )

    def update(self, changed: frozenset[str]) -> None:  # noqa: ARG002 - it is put as a whole
        self.create()

    def delete(self) -> None:
        with absent("ValidationError"):  # it, or the group, is gone
            self._aws.client("autoscaling").delete_policy(
                AutoScalingGroupName=self._group.name, PolicyName=self.name
            )


def request_label(balancer: Balancer, target_group: TargetGroup) -> str | Later:
    """How CloudWatch names the requests of a balancer to a target group."""
    for each in (balancer.label, target_group.label):
        if isinstance(each, Later):
            return each
    return f"{balancer.label}/{target_group.label}"
