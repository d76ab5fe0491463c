"""The alarms of one door: which there are, and which have gone off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws


@dataclass(frozen=True, slots=True)
class AlarmState:
    """One alarm: OK, ALARM or INSUFFICIENT_DATA, and CloudWatch's reason."""

    name: str
    state: str
    reason: str

    @property
    def fires(self) -> bool:
        """Whether it has gone off. Too little data is no alarm: a new service has none."""
        return self.state == "ALARM"


def alarm_states(aws: Aws, names: Sequence[str]) -> list[AlarmState]:
    """The alarms of these names that there are, by name."""
    return _states(aws, AlarmNames=list(names))


def all_alarm_states(aws: Aws, prefix: str) -> list[AlarmState]:
    """The alarms whose names begin so, by name."""
    return _states(aws, AlarmNamePrefix=prefix)


def _states(aws: Aws, **wanted: Any) -> list[AlarmState]:
    found = aws.pages(
        "cloudwatch", "describe_alarms", "MetricAlarms", AlarmTypes=["MetricAlarm"], **wanted
    )
    states = (
        AlarmState(each["AlarmName"], each["StateValue"], each.get("StateReason", ""))
        for each in found
    )
    return sorted(states, key=lambda each: each.name)


def told(firing: Sequence[AlarmState]) -> str:
    """Alarms that fire, in words."""
    return "; ".join(f"alarm {each.name} is in ALARM ({each.reason})" for each in firing)
