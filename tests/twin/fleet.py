"""The instances of groups: launched, in service, drained, terminated, each told as an activity."""

from __future__ import annotations

from dataclasses import dataclass, field

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.core.exceptions import ServiceException
from moto.ec2.models.instances import Instance
from moto.ec2.models.instances import InstanceState as Ec2State

from tests.twin.activities import Activities
from tests.twin.clock import Clock
from tests.twin.launching import launch, place_of
from tests.twin.targets import Targets, delay_of
from tests.twin.templates import Target, origin, own

LIVE = ("Pending", "InService")


@dataclass
class Orders:
    """What a running refresh wants of a group: what to launch, how many to spare."""

    target: Target
    surge: int = 0


@dataclass
class Timing:
    """How long the machine parts take, in virtual seconds."""

    boot: float = 20  # from launch to InService
    shutdown: float = 30  # from the end of draining to terminated
    retry: float = 30  # until a failed launch is tried again


@dataclass
class Failures:
    """Launches that a test lets fail: how many, and with what words."""

    left: int = 0
    message: str = field(default="")


class Fleet:
    """Launches and terminates for every group; what moto's groups do at once takes time here."""

    def __init__(self, clock: Clock, activities: Activities, targets: Targets) -> None:
        self.timing = Timing()
        self.orders: dict[str, Orders] = {}  # by the ARN of a group that is being refreshed
        self._clock = clock
        self._activities = activities
        self._targets = targets
        self._failures = Failures()
        self._since: dict[str, float] = {}

    def fail_launches(self, times: int, message: str | None = None) -> None:
        """Let the next `times` launches fail, by default for want of capacity."""
        self._failures = Failures(
            times,
            message
            or "We currently do not have sufficient capacity in the Availability Zone "
            "you requested. Our system will be working on provisioning additional capacity.",
        )

    def in_service_since(self, member: InstanceState) -> float | None:
        """When a member came into service, in seconds since the epoch."""
        return self._since.get(member.instance_id)

    def reconcile(self, group: FakeAutoScalingGroup, cause: str) -> None:
        """Launch what is missing, terminate what is too many."""
        orders = self.orders.get(group.arn)
        wanted = (group.desired_capacity or 0) + (orders.surge if orders else 0)
        for _ in range(wanted - len(live(group))):
            self._launch(group, cause)
        free = [one for one in live(group) if not one.protected_from_scale_in]
        for member in sorted(free, key=_last_to_stay)[: max(0, len(live(group)) - wanted)]:
            self.terminate(member, cause)

    def _launch(self, group: FakeAutoScalingGroup, cause: str) -> None:
        """Launch one instance; if EC2 refuses, the activity tells, and it is tried again."""
        activity = self._activities.begin(group, "Launching a new EC2 instance", cause)
        try:
            self._fail_if_told()
            instance = launch(group, self._target(group))
        except ServiceException as refusal:
            self._activities.fail(activity, refusal.message)
            self._clock.after(self.timing.retry, lambda: self._try_again(group))
            return
        activity.description = f"Launching a new EC2 instance: {instance.id}"
        member = _join(group, instance)

        def arrive() -> None:
            if member.lifecycle_state == "Pending":
                self._arrive(group, member)
                self._activities.succeed(activity)
            else:
                self._activities.cancel(activity)

        self._clock.after(self.timing.boot, arrive)

    def terminate(self, member: InstanceState, cause: str, *, drain: bool = True) -> None:
        """Take one member out: from its target groups first, then from EC2, then from its group.

        Without `drain` it is deregistered all the same, but nothing waits for its connections.
        """
        group = member.auto_scaling_group
        if member.lifecycle_state == "Terminating":
            return
        text = f"Terminating EC2 instance: {member.instance_id}"
        activity = self._activities.begin(group, text, cause)
        delay = self._drain(group, member) * drain
        activity.status = "WaitingForELBConnectionDraining" if delay else "InProgress"
        member.lifecycle_state = "Terminating"

        def end() -> None:
            _shut_down(group, member)
            self._activities.succeed(activity)

        self._clock.after(delay + self.timing.shutdown, end)

    def register(self, group: FakeAutoScalingGroup) -> None:
        """Register every member in service with the group's target groups."""
        for member in live(group):
            if member.lifecycle_state == "InService":
                self._register(group, member)

    def _arrive(self, group: FakeAutoScalingGroup, member: InstanceState) -> None:
        member.instance._state = Ec2State("running", 16)  # noqa: SLF001 - moto has no such step
        member.lifecycle_state = "InService"
        self._since[member.instance_id] = self._clock.time()
        self._register(group, member)

    def _register(self, group: FakeAutoScalingGroup, member: InstanceState) -> None:
        target_groups = place_of(group).elbv2.target_groups
        for arn in group.target_group_arns:
            if arn in target_groups:
                target = {"Id": member.instance_id}
                self._targets.register(target_groups[arn], [target])

    def _drain(self, group: FakeAutoScalingGroup, member: InstanceState) -> float:
        """Deregister everywhere; the longest delay, in seconds."""
        target_groups = place_of(group).elbv2.target_groups
        ours = [target_groups[arn] for arn in group.target_group_arns if arn in target_groups]
        left = [one for one in ours if self._targets.drain(one, member.instance_id)]
        return max(map(delay_of, left), default=0.0)

    def _target(self, group: FakeAutoScalingGroup) -> Target:
        orders = self.orders.get(group.arn)
        return orders.target if orders else own(group)

    def _fail_if_told(self) -> None:
        if self._failures.left:
            self._failures.left -= 1
            raise ServiceException("InsufficientInstanceCapacity", self._failures.message)

    def _try_again(self, group: FakeAutoScalingGroup) -> None:
        if place_of(group).autoscaling.autoscaling_groups.get(group.name) is group:
            self.reconcile(group, "an instance was launched in place of one that had failed.")


def live(group: FakeAutoScalingGroup) -> list[InstanceState]:
    """The members that count as capacity, in service or on their way."""
    return [one for one in group.instance_states if one.lifecycle_state in LIVE]


def _join(group: FakeAutoScalingGroup, instance: Instance) -> InstanceState:
    instance._state = Ec2State("pending", 0)  # noqa: SLF001 - moto has no such step
    member = InstanceState(
        instance,
        lifecycle_state="Pending",
        protected_from_scale_in=group.new_instances_protected_from_scale_in,
        autoscaling_group=group,
    )
    group.instance_states.append(member)
    return member


def _last_to_stay(member: InstanceState) -> tuple[bool, int, object]:
    """What serves nobody yet goes first, then the oldest template version, then the oldest."""
    _, version = origin(member.instance) or ("", 0)
    return (member.lifecycle_state == "InService", version, member.instance.launch_time)


def _shut_down(group: FakeAutoScalingGroup, member: InstanceState) -> None:
    if member.instance.state != "terminated":
        place_of(group).ec2.terminate_instances([member.instance_id])
    group.instance_states = [one for one in group.instance_states if one is not member]
