"""Moto's Auto Scaling groups in the fleet's hands: capacity, health checks, deletion."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.autoscaling.models import (
    AutoScalingBackend,
    FakeAutoScalingGroup,
    InstanceState,
    TerminateInstanceActivity,
)
from moto.core.responses import ActionResult, EmptyResult

from tests.twin.clock import Clock
from tests.twin.fleet import Fleet, live
from tests.twin.gate import Refusal, Request, Rule
from tests.twin.launching import place_of
from tests.twin.targets import Targets
from tests.twin.templates import origin

LOOK = 10  # seconds between two looks at a group's health
BY_HAND = "a user request force deleted AutoScalingGroup."


class Groups:
    """What Auto Scaling does with its groups, where moto does it at once or not at all."""

    def __init__(self, clock: Clock, fleet: Fleet, targets: Targets) -> None:
        self._clock = clock
        self._fleet = fleet
        self._targets = targets

    def rules(self) -> list[Rule]:
        return [
            Rule("autoscaling", "CreateAutoScalingGroup", self._created, after=True),
            Rule("autoscaling", "DeleteAutoScalingGroup", self._delete),
        ]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While this lasts, moto's groups launch and terminate through the fleet."""
        with (
            patch.object(FakeAutoScalingGroup, "set_desired_capacity", self._resize()),
            patch.object(AutoScalingBackend, "update_attached_target_groups", self._attach()),
            patch.object(AutoScalingBackend, "notify_terminate_instances", _nothing),
            patch.object(AutoScalingBackend, "terminate_instance", self._terminate()),
            patch.object(InstanceState, "launch_template", property(_launch_template)),
        ):
            yield

    def _resize(self) -> Any:
        def set_desired_capacity(group: FakeAutoScalingGroup, capacity: int | None) -> None:
            before = len(live(group)) if hasattr(group, "desired_capacity") else 0
            group.desired_capacity = group.min_size if capacity is None else capacity
            cause = (
                f"a user request update of AutoScalingGroup constraints to min: {group.min_size}, "
                f"max: {group.max_size}, desired: {group.desired_capacity} changing the desired "
                f"capacity from {before} to {group.desired_capacity}."
            )
            self._fleet.reconcile(group, cause)

        return set_desired_capacity

    def _attach(self) -> Any:
        def update_attached_target_groups(autoscaling: AutoScalingBackend, name: str) -> None:
            self._fleet.register(autoscaling.autoscaling_groups[name])

        return update_attached_target_groups

    def _terminate(self) -> Any:
        def terminate_instance(
            autoscaling: AutoScalingBackend, instance_id: str, *, should_decrement: bool
        ) -> TerminateInstanceActivity:
            member = _member(autoscaling, instance_id)
            group = member.auto_scaling_group
            before = group.desired_capacity
            if should_decrement:
                group.desired_capacity -= 1
            self._fleet.terminate(
                member,
                f"instance {instance_id} was taken out of service in response to a user request.",
            )
            self._fleet.reconcile(group, "an instance was launched to keep the desired capacity.")
            return TerminateInstanceActivity(member.instance, before)

        return lambda autoscaling, one, decrement: terminate_instance(
            autoscaling, one, should_decrement=decrement
        )

    def _created(self, request: Request) -> None:
        groups = request.place.autoscaling.autoscaling_groups
        self._clock.start(self._watch(groups[request.params["AutoScalingGroupName"]]))

    def _watch(self, group: FakeAutoScalingGroup) -> Iterator[float]:
        """Look at the members' health for as long as the group exists."""
        while place_of(group).autoscaling.autoscaling_groups.get(group.name) is group:
            yield LOOK
            for member in live(group):
                if reason := self._trouble(group, member):
                    self._replace(group, member, reason)

    def _trouble(self, group: FakeAutoScalingGroup, member: InstanceState) -> str | None:
        """Why a member has to be replaced, in AWS's words; None if it need not be."""
        if member.lifecycle_state == "InService" and member.instance.state != "running":
            return "an EC2 health check indicating it has been terminated or stopped"
        if member.health_status == "Unhealthy":
            return "a user health-check"
        since = self._fleet.in_service_since(member)
        if "ELB" not in (group.health_check_type or "") or since is None:
            return None
        if self._clock.time() < since + (group.health_check_grace_period or 0):
            return None
        return "an ELB system health check failure" if self._failing(group, member) else None

    def _failing(self, group: FakeAutoScalingGroup, member: InstanceState) -> bool:
        target_groups = place_of(group).elbv2.target_groups
        return any(
            self._targets.verdict(target_groups[arn], member.instance_id).state == "unhealthy"
            for arn in group.target_group_arns
            if arn in target_groups
        )

    def _replace(self, group: FakeAutoScalingGroup, member: InstanceState, reason: str) -> None:
        member.health_status = "Unhealthy"
        self._fleet.terminate(
            member,
            f"an instance was taken out of service in response to {reason}.",
            drain=member.instance.state == "running",
        )
        self._fleet.reconcile(
            group, "an instance was launched in response to an unhealthy instance."
        )

    def _delete(self, request: Request) -> ActionResult | None:
        """Refuse a group that is not empty; with force, let it end as its instances do."""
        groups = request.place.autoscaling.autoscaling_groups
        group = groups.get(request.params["AutoScalingGroupName"])
        if group is None or not group.instance_states:
            return None
        if not request.params.get("ForceDelete"):
            raise Refusal(
                "ResourceInUse",
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
                "instance request(s) still in the group.",
            )
        group.min_size = group.desired_capacity = 0
        group.status = "Delete in progress"  # type: ignore[attr-defined]  # moto has no status
        for member in list(group.instance_states):
            self._fleet.terminate(member, BY_HAND, drain=False)
        self._clock.start(self._vanish(group))
        return EmptyResult()

    def _vanish(self, group: FakeAutoScalingGroup) -> Iterator[float]:
        while group.instance_states:
            yield LOOK
        place_of(group).autoscaling.autoscaling_groups.pop(group.name, None)


def _nothing(*_: object) -> None:
    """Stands for what the watch does in its own time."""


def _launch_template(member: InstanceState) -> dict[str, str] | None:
    """The template and the version that did launch this member."""
    known = origin(member.instance)
    if known is None:
        return None
    ec2 = place_of(member.auto_scaling_group).ec2
    template = ec2.launch_templates.get(known[0])
    return {
        "LaunchTemplateId": known[0],
        "LaunchTemplateName": template.name if template else "",
        "Version": str(known[1]),
    }


def _member(autoscaling: AutoScalingBackend, instance_id: str) -> InstanceState:
    members = autoscaling.describe_auto_scaling_instances([instance_id])
    if not members:
        raise Refusal("ValidationError", f"Instance Id not found - No managed instance found for "
                      f"instance ID {instance_id}")  # fmt: skip
    return members[0]
