"""What StartInstanceRefresh asks for, checked as AWS checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

from tests.twin.gate import Params, Refusal
from tests.twin.launching import place_of
from tests.twin.templates import MOVING, Target, find, own, specification

DEFAULT_MIN, DEFAULT_MAX = 90, 100
CHECKPOINT_DELAY = 3600  # when checkpoints are asked for and no delay is
RANGES = {
    "MinHealthyPercentage": (0, 100),
    "MaxHealthyPercentage": (100, 200),
    "InstanceWarmup": (0, 21600),
    "CheckpointDelay": (0, 172800),
    "BakeTime": (0, 172800),
}
CHOICES = {
    "ScaleInProtectedInstances": ("Refresh", "Ignore", "Wait"),
    "StandbyInstances": ("Terminate", "Ignore", "Wait"),
}


@dataclass(frozen=True)
class Preferences:
    """How to go about it, defaults filled in."""

    min_healthy: int
    max_healthy: int
    warmup: int
    checkpoints: tuple[int, ...]
    checkpoint_delay: int
    bake: int
    alarms: tuple[str, ...]
    skip_matching: bool
    auto_rollback: bool
    protected: str
    standby: str

    @property
    def launches_first(self) -> bool:
        return self.min_healthy == 100


@dataclass(frozen=True)
class Wanted:
    """A checked request: where from, where to, and how; `alone` without mixed instances."""

    original: Target
    target: Target
    alone: bool
    preferences: Preferences
    reversible: bool


def wanted(group: FakeAutoScalingGroup, params: Params) -> Wanted:
    """The checked request; raises Refusal(ValidationError) in AWS's words."""
    asked = params.get("Preferences") or {}
    _check_numbers(asked)
    _check_choices(params, asked)
    _check_alarms(group, asked)
    configuration = params.get("DesiredConfiguration") or {}
    desired = specification(configuration)
    reversible = _reversible(group, desired)
    if asked.get("AutoRollback"):
        _check_rollback(group, desired)
    return Wanted(
        original=own(group),
        target=find(place_of(group), desired) if desired else own(group),
        alone="LaunchTemplate" in configuration,
        preferences=_preferences(group, asked),
        reversible=reversible,
    )


def _preferences(group: FakeAutoScalingGroup, asked: dict[str, Any]) -> Preferences:
    policy = getattr(group, "instance_maintenance_policy", None) or {}
    healthy = policy | asked
    checkpoints = tuple(asked.get("CheckpointPercentages", ()))
    return Preferences(
        min_healthy=healthy.get("MinHealthyPercentage", DEFAULT_MIN),
        max_healthy=healthy.get("MaxHealthyPercentage", DEFAULT_MAX),
        warmup=asked.get("InstanceWarmup", _own_warmup(group)),
        checkpoints=checkpoints,
        checkpoint_delay=asked.get("CheckpointDelay", CHECKPOINT_DELAY),
        bake=asked.get("BakeTime", 0),
        alarms=tuple((asked.get("AlarmSpecification") or {}).get("Alarms", ())),
        skip_matching=asked.get("SkipMatching", False),
        auto_rollback=asked.get("AutoRollback", False),
        protected=asked.get("ScaleInProtectedInstances", "Wait"),
        standby=asked.get("StandbyInstances", "Wait"),
    )


def _own_warmup(group: FakeAutoScalingGroup) -> int:
    default = getattr(group, "default_instance_warmup", None)
    return int(group.health_check_grace_period or 0) if default is None else int(default)


def _check_numbers(asked: dict[str, Any]) -> None:
    for name, (low, high) in RANGES.items():
        if name in asked and not low <= asked[name] <= high:
            raise _refused(f"{name} must be between {low} and {high}, not {asked[name]}.")
    if "MaxHealthyPercentage" in asked and "MinHealthyPercentage" not in asked:
        raise _refused("MinHealthyPercentage must be specified with MaxHealthyPercentage.")
    least, most = asked.get("MinHealthyPercentage", 90), asked.get("MaxHealthyPercentage", 100)
    if most - least > 100:
        raise _refused(
            "The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be "
            f"greater than 100, but it is {most - least}."
        )
    checkpoints = asked.get("CheckpointPercentages")
    if "CheckpointDelay" in asked and not checkpoints:
        raise _refused("CheckpointPercentages must be specified with CheckpointDelay.")
    if checkpoints and (checkpoints != sorted(set(checkpoints)) or checkpoints[-1] != 100):
        raise _refused("CheckpointPercentages must be unique, in ascending order, and end in 100.")


def _check_choices(params: Params, asked: dict[str, Any]) -> None:
    if params.get("Strategy", "Rolling") != "Rolling":
        raise _refused(f"The strategy {params['Strategy']} is not supported by this group.")
    for name, allowed in CHOICES.items():
        if asked.get(name, allowed[0]) not in allowed:
            raise _refused(f"{name} must be one of {', '.join(allowed)}, not {asked[name]}.")


def _check_alarms(group: FakeAutoScalingGroup, asked: dict[str, Any]) -> None:
    names = (asked.get("AlarmSpecification") or {}).get("Alarms", [])
    if len(names) > 10:
        raise _refused(f"An alarm specification holds up to 10 alarms, not {len(names)}.")
    for name in names:
        if name not in place_of(group).cloudwatch.alarms:
            raise _refused(f"The alarm {name} does not exist.")


def _check_rollback(group: FakeAutoScalingGroup, desired: dict[str, Any] | None) -> None:
    if desired is None:
        raise _refused(
            "The AutoRollback parameter cannot be set to true when the DesiredConfiguration "
            "parameter is empty. Set AutoRollback to false or specify a desired configuration "
            "and try again."
        )
    if not _reversible(group, desired):
        raise _refused(
            "The AutoRollback parameter cannot be set to true when the launch template version is "
            "$Latest or $Default, or when its image is a Systems Manager parameter."
        )


def _reversible(group: FakeAutoScalingGroup, desired: dict[str, Any] | None) -> bool:
    """Whether there is a numbered version to go back to, with an image of its own."""
    if desired is None or desired.get("Version") in MOVING:
        return False
    if group.launch_template_version in MOVING:
        return False
    return not own(group).data["ImageId"].startswith("resolve:ssm:")


def _refused(reason: str) -> Refusal:
    return Refusal("ValidationError", f"The request isn't valid. {reason}")
