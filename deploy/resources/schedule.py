"""Scheduled scaling."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config, Schedule
from deploy.names import Names
from deploy.resource import Settings
from deploy.resources.group import Group


class ScheduledActions:
    """The sizes that the group takes at certain times; exactly those of the configuration.

    There are none before the group has an image: they would fill it with instances that run
    nothing, and are replaced for ever.
    """

    kind = "schedule"

    def __init__(self, aws: Aws, config: Config, names: Names, group: Group) -> None:
        self.name = names.stem
        self._aws = aws
        self._group = group
        self._wanted = {each.name: each for each in config.server.schedule}
        self._live: dict[str, dict[str, Any]] = {}

    def find(self) -> Settings | None:
        self._live = {}
        if not self._group.exists:
            return None
        actions = self._aws.pages(
            "autoscaling",
            "describe_scheduled_actions",
            "ScheduledUpdateGroupActions",
            AutoScalingGroupName=self._group.name,
        )
        self._live = {action["ScheduledActionName"]: action for action in actions}
        return _words(self._live) if self._live else None

    def settings(self) -> Settings | None:
        """One key for each action that is wanted or there; one that is not wanted has None."""
        if not self._wanted or not self._group.has_image():
            return None
        wanted = _words({name: _request(each) for name, each in self._wanted.items()})
        return {**dict.fromkeys(sorted(self._live)), **wanted}

    def create(self) -> None:
        self.update(frozenset(self._wanted))

    def update(self, changed: frozenset[str]) -> None:
        for name in sorted(changed):
            if name in self._wanted:
                self._aws.client("autoscaling").put_scheduled_update_group_action(
                    AutoScalingGroupName=self._group.name,
                    ScheduledActionName=name,
                    **_request(self._wanted[name]),
                )
            else:
                self._remove(name)

    def delete(self) -> None:
        for name in sorted(self._live):
            self._remove(name)

    def _remove(self, name: str) -> None:
        with absent("ValidationError"):  # it, or the group, is gone
            self._aws.client("autoscaling").delete_scheduled_action(
                AutoScalingGroupName=self._group.name, ScheduledActionName=name
            )


def _request(schedule: Schedule) -> dict[str, Any]:
    return {
        "Recurrence": schedule.cron,
        "MinSize": schedule.min,
        "MaxSize": schedule.max,
        "DesiredCapacity": schedule.desired,
        "TimeZone": "UTC",
    }


def _words(actions: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {
        name: f"{action.get('Recurrence')}: {action.get('MinSize')}-{action.get('MaxSize')}, "
        f"desired {action.get('DesiredCapacity')}"
        for name, action in sorted(actions.items())
    }
