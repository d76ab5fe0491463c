"""What the offline AWS wants there to be: its groups' instances, and the targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from moto.autoscaling.models import InstanceState
from moto.elbv2.models import FakeTargetGroup

from deploy.names import IMAGE_TAG
from tests.rehearsal.haproxy import Checks, Settings
from tests.twin.templates import tags_of
from tests.twin.twin import Twin

IDLE = "idle_timeout.timeout_seconds"


@dataclass(frozen=True)
class Instance:
    """One member of a group. `leaving` is ended by its group, `lost` without being asked."""

    name: str
    digest: str
    user_data: str
    leaving: bool = False
    lost: bool = False


@dataclass(frozen=True)
class Facts:
    """The instances by name, the targets and whether each drains, and what the balancer is told."""

    instances: dict[str, Instance]
    targets: dict[str, bool]
    listener: Settings | None = None

    @property
    def quiet(self) -> bool:
        """Whether nothing of it is about to leave."""
        leaving = any(each.leaving for each in self.instances.values())
        return not leaving and not any(self.targets.values())


def facts_of(twin: Twin) -> Facts:
    """Look once. Whoever calls holds the lock of the clock."""
    instances = {each.name: each for each in _instances(twin)}
    return Facts(instances, twin.targets.known(), _listener(twin))


def _listener(twin: Twin) -> Settings | None:
    """The settings of the balancer that sends requests to a group; None while there is none."""
    elbv2 = twin.place.elbv2
    for group in elbv2.target_groups.values():
        for arn in group.load_balancer_arns:
            idle = elbv2.load_balancers[arn].attrs.get(IDLE, 60)
            return Settings(_checks(group), float(idle))
    return None


def _checks(group: FakeTargetGroup) -> Checks:
    return Checks(
        path=group.health_check_path or "/",
        interval=float(group.health_check_interval_seconds),
        timeout=float(group.health_check_timeout_seconds),
        healthy_after=int(group.healthy_threshold_count),
        unhealthy_after=int(group.unhealthy_threshold_count),
        matcher=str(group.matcher["HttpCode"]),
    )


def _instances(twin: Twin) -> Iterator[Instance]:
    for group in twin.place.autoscaling.autoscaling_groups.values():
        yield from map(_instance, group.instance_states)


def _instance(member: InstanceState) -> Instance:
    return Instance(
        member.instance_id,
        tags_of(member.instance).get(IMAGE_TAG, ""),
        (member.instance.user_data or b"").decode(),
        leaving=member.lifecycle_state == "Terminating",
        lost=member.instance.state not in ("pending", "running"),
    )
