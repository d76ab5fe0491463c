"""The four calls on instance refreshes, and the memory of those that have been."""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.core.responses import ActionResult

from tests.twin.gate import Refusal, Request, Rule
from tests.twin.refresh import Refresh
from tests.twin.refresh_request import wanted
from tests.twin.replacement import World
from tests.twin.templates import specification

PAGE = 50
IN_PROGRESS = (
    "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."
)
NOT_FOUND = "No in progress or pending Instance Refresh found for Auto Scaling group {name}"
IRREVERSIBLE = (
    "The instance refresh cannot be rolled back: it has no desired configuration, or the launch "
    "template names no version by its number or its image by a Systems Manager parameter."
)
LOCKED = (
    "An active instance refresh with a desired configuration exists. All configuration options "
    "derived from the desired configuration are not available for update while the instance "
    "refresh is active."
)


class Refreshes:
    """Every refresh of every group, newest first. `patience` is how long one tries in vain."""

    def __init__(self, world: World) -> None:
        self.patience: float = 3600
        self._world = world
        self._all: list[Refresh] = []

    def rules(self) -> list[Rule]:
        return [
            Rule("autoscaling", "StartInstanceRefresh", self._start),
            Rule("autoscaling", "DescribeInstanceRefreshes", self._describe),
            Rule("autoscaling", "CancelInstanceRefresh", self._cancel),
            Rule("autoscaling", "RollbackInstanceRefresh", self._roll_back),
            Rule("autoscaling", "UpdateAutoScalingGroup", self._keep_configuration),
        ]

    def of(self, group_name: str) -> list[Refresh]:
        """The refreshes of a group, newest first."""
        return [one for one in self._all if one.group.name == group_name]

    def _start(self, request: Request) -> ActionResult:
        group = _group(request)
        checked = wanted(group, request.params)
        if self._active(group.name):
            raise Refusal("InstanceRefreshInProgress", IN_PROGRESS)
        refresh = Refresh(group, checked, self._world, self.patience)
        refresh.asked_for = request.params
        self._all.insert(0, refresh)
        self._world[0].start(refresh.run())
        return ActionResult({"InstanceRefreshId": refresh.id})

    def _describe(self, request: Request) -> ActionResult:
        ids = request.params.get("InstanceRefreshIds", [])
        found = [one for one in self.of(_group(request).name) if not ids or one.id in ids]
        first = int(request.params.get("NextToken") or 0)
        after = first + int(request.params.get("MaxRecords") or PAGE)
        return ActionResult(
            {
                "InstanceRefreshes": [_answer(one) for one in found[first:after]],
                "NextToken": str(after) if after < len(found) else None,
            }
        )

    def _cancel(self, request: Request) -> ActionResult:
        refresh = self._found(request)
        refresh.cancel(wait=request.params.get("WaitForTransitioningInstances", True))
        return ActionResult({"InstanceRefreshId": refresh.id})

    def _roll_back(self, request: Request) -> ActionResult:
        refresh = self._found(request)
        if refresh.rollback or not refresh.wanted.reversible:
            raise Refusal("IrreversibleInstanceRefresh", IRREVERSIBLE)
        refresh.roll_back()
        return ActionResult({"InstanceRefreshId": refresh.id})

    def _keep_configuration(self, request: Request) -> None:
        active = self._active(request.params["AutoScalingGroupName"])
        if active and "DesiredConfiguration" in active.asked_for and specification(request.params):
            raise Refusal("ValidationError", LOCKED)

    def _active(self, group_name: str) -> Refresh | None:
        return next((one for one in self.of(group_name) if one.active), None)

    def _found(self, request: Request) -> Refresh:
        name = _group(request).name
        active = self._active(name)
        if active is None or active.status == "Cancelling":
            raise Refusal("ActiveInstanceRefreshNotFound", NOT_FOUND.format(name=name))
        return active


def _group(request: Request) -> FakeAutoScalingGroup:
    name = request.params["AutoScalingGroupName"]
    try:
        return request.place.autoscaling.autoscaling_groups[name]
    except KeyError:
        raise Refusal(
            "ValidationError",
            f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found",
        ) from None


def _answer(refresh: Refresh) -> dict[str, Any]:
    return {
        "InstanceRefreshId": refresh.id,
        "AutoScalingGroupName": refresh.group.name,
        "Strategy": "Rolling",
        "Status": refresh.status,
        "StatusReason": refresh.reason,
        "StartTime": refresh.start,
        "EndTime": refresh.end,
        "PercentageComplete": refresh.percentage if refresh.start else None,
        "InstancesToUpdate": refresh.to_update if refresh.start else None,
        "Preferences": _preferences(refresh),
        "DesiredConfiguration": refresh.asked_for.get("DesiredConfiguration"),
        "RollbackDetails": _rollback(refresh),
    }


def _preferences(refresh: Refresh) -> dict[str, Any]:
    """What was asked for, with what AWS fills in."""
    preferences = refresh.wanted.preferences
    filled = {
        "MinHealthyPercentage": preferences.min_healthy,
        "MaxHealthyPercentage": preferences.max_healthy,
        "InstanceWarmup": preferences.warmup,
        "SkipMatching": preferences.skip_matching,
        "AutoRollback": preferences.auto_rollback,
        "ScaleInProtectedInstances": preferences.protected,
        "StandbyInstances": preferences.standby,
    }
    return filled | (refresh.asked_for.get("Preferences") or {})


def _rollback(refresh: Refresh) -> dict[str, Any] | None:
    if refresh.rollback is None:
        return None
    return {
        "RollbackReason": refresh.rollback.reason,
        "RollbackStartTime": refresh.rollback.start,
        "PercentageCompleteOnRollback": refresh.rollback.percentage,
        "InstancesToUpdateOnRollback": refresh.rollback.to_update,
    }
