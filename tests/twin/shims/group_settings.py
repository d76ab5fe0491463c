"""Settings of a group that moto drops: on creation, on update, and when the group is gone."""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

from tests.twin.gate import Request, Rule
from tests.twin.place import Place

# Parameter to attribute, where moto has no place for it, or none on update.
KEPT = {
    "CapacityRebalance": "capacity_rebalance",
    "DefaultCooldown": "default_cooldown",
    "DefaultInstanceWarmup": "default_instance_warmup",
    "InstanceMaintenancePolicy": "instance_maintenance_policy",
    "MaxInstanceLifetime": "max_instance_lifetime",
    "TerminationPolicies": "termination_policies",
}


def rules() -> list[Rule]:
    return [
        Rule("autoscaling", "CreateAutoScalingGroup", _created, after=True),
        Rule("autoscaling", "UpdateAutoScalingGroup", _keep_mixed),
        Rule("autoscaling", "UpdateAutoScalingGroup", _updated, after=True),
        Rule("autoscaling", "DeleteAutoScalingGroup", _deleted, after=True),
    ]


def forget(place: Place, name: str) -> None:
    """What belongs to a group goes with it: policies, scheduled actions, lifecycle hooks."""
    autoscaling = place.autoscaling
    things: list[dict[str, Any]] = [
        autoscaling.policies,
        autoscaling.scheduled_actions,
        autoscaling.lifecycle_hooks,
    ]
    for one in things:
        for key in [key for key, thing in one.items() if thing.auto_scaling_group_name == name]:
            del one[key]


def _group(request: Request) -> FakeAutoScalingGroup:
    name = request.params["AutoScalingGroupName"]
    return request.place.autoscaling.autoscaling_groups[name]


def _created(request: Request) -> None:
    _updated(request)
    # Moto makes 300 of the 0 that is AWS's default.
    grace = request.params.get("HealthCheckGracePeriod", 0)
    _group(request).health_check_grace_period = grace


def _updated(request: Request) -> None:
    for parameter, attribute in KEPT.items():
        if parameter in request.params:
            setattr(_group(request), attribute, request.params[parameter])


def _keep_mixed(request: Request) -> None:
    """Moto forgets the policy on every update that does not repeat it."""
    name = request.params["AutoScalingGroupName"]
    group = request.place.autoscaling.autoscaling_groups.get(name)
    asked = {"MixedInstancesPolicy", "LaunchTemplate"} & set(request.params)
    if group and group.mixed_instances_policy and not asked:
        request.sent["MixedInstancesPolicy"] = _as_sent(group.mixed_instances_policy)


def _as_sent(policy: dict[str, Any]) -> dict[str, Any]:
    """A request names the template by id or by name, never by both."""
    template = dict(policy["LaunchTemplate"])
    spec = dict(template["LaunchTemplateSpecification"])
    spec.pop("LaunchTemplateName", None)
    return policy | {"LaunchTemplate": template | {"LaunchTemplateSpecification": spec}}


def _deleted(request: Request) -> None:
    forget(request.place, request.params["AutoScalingGroupName"])
