"""Giving up: what an instance tells AWS whose service does not come up."""

from __future__ import annotations

from typing import Protocol

from tests.rehearsal.configuration import LOGS
from tests.twin.twin import Twin

LINES = 50
"""Of its log that it tells."""


class Ended(Protocol):
    """A machine, as far as its end is to be told."""

    @property
    def exit_code(self) -> int | None:
        """Of the run that ended last; None if none has."""

    def log(self, lines: int) -> str:
        """The last lines that the service has written."""


def give_up(twin: Twin, instance: str, image: str, machine: Ended, why: str) -> None:
    """Do what `fail` of the user data does: tell the log group why, and call it unhealthy."""
    code = "none" if machine.exit_code is None else machine.exit_code
    lines = [f"start failed: {why}; image {image}; exit code of the container {code}"]
    lines += machine.log(LINES).splitlines()
    stream = {"logGroupName": LOGS, "logStreamName": f"{instance}/start-failure"}
    moment = int(twin.clock.time() * 1000)
    events = [{"timestamp": moment, "message": line} for line in lines if line]
    with twin.clock.lock:
        twin.client("logs").create_log_stream(**stream)
        twin.client("logs").put_log_events(**stream, logEvents=events)
        twin.client("autoscaling").set_instance_health(
            InstanceId=instance, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False
        )
