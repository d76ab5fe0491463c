"""Scaling activities: every launch and termination of a group, told as AWS tells them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.core.responses import ActionResult

from tests.twin.clock import Clock
from tests.twin.gate import Request, Rule

PAGE = 100


@dataclass
class Activity:
    """One launch or termination; `end` stays None while it goes on."""

    group_name: str
    group_arn: str
    description: str
    cause: str
    start: datetime
    end: datetime | None = None
    status: str = "InProgress"
    message: str | None = None
    progress: int = 0
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def answer(self) -> dict[str, Any]:
        return {
            "ActivityId": self.id,
            "AutoScalingGroupName": self.group_name,
            "AutoScalingGroupARN": self.group_arn,
            "Description": self.description,
            "Cause": self.cause,
            "StartTime": self.start,
            "EndTime": self.end,
            "StatusCode": self.status,
            "StatusMessage": self.message,
            "Progress": self.progress,
            "Details": "{}",
        }


class Activities:
    """The activities of all groups, newest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: list[Activity] = []

    def begin(self, group: FakeAutoScalingGroup, description: str, cause: str) -> Activity:
        moment = self._clock.now()
        activity = Activity(
            group_name=group.name,
            group_arn=group.arn,
            description=description,
            cause=f"At {moment:%Y-%m-%dT%H:%M:%SZ} {cause}",
            start=moment,
        )
        self._all.insert(0, activity)
        return activity

    def succeed(self, activity: Activity) -> None:
        self._end(activity, "Successful")

    def fail(self, activity: Activity, message: str) -> None:
        self._end(activity, "Failed", f"{message} Launching EC2 instance failed.")

    def cancel(self, activity: Activity) -> None:
        self._end(activity, "Cancelled")

    def of(self, group_name: str | None = None) -> list[Activity]:
        """The activities of one group, or of all, newest first."""
        return [one for one in self._all if group_name in {None, one.group_name}]

    def describe(self, request: Request) -> ActionResult:
        wanted = request.params.get("ActivityIds", [])
        found = [
            one
            for one in self.of(request.params.get("AutoScalingGroupName"))
            if not wanted or one.id in wanted
        ]
        first = int(request.params.get("NextToken") or 0)
        after = first + int(request.params.get("MaxRecords") or PAGE)
        return ActionResult(
            {
                "Activities": [one.answer() for one in found[first:after]],
                "NextToken": str(after) if after < len(found) else None,
            }
        )

    def rules(self) -> list[Rule]:
        return [Rule("autoscaling", "DescribeScalingActivities", self.describe)]

    def _end(self, activity: Activity, status: str, message: str | None = None) -> None:
        activity.status, activity.message = status, message
        activity.end, activity.progress = self._clock.now(), 100
