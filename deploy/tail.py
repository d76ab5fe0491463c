"""The logs of a door, as they come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deploy.aws import Aws, absent

POLL = 3.0
"""Seconds between two questions."""

LATE = 30.0
"""Seconds by which CloudWatch may deliver a line late: so far each question looks back."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: seconds since the epoch, the stream that it is from, and its text."""

    time: float
    stream: str
    text: str

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.time, UTC)
        return f"{moment:%H:%M:%S} {self.stream}  {self.text}"


def there_is(aws: Aws, log_group: str) -> bool:
    """Whether there is a log group that could have lines."""
    with absent("ResourceNotFoundException"):
        aws.client("logs").filter_log_events(logGroupName=log_group, limit=1)
        return True
    return False


def lines_since(aws: Aws, log_group: str, since: float) -> list[Line]:
    """The lines since a moment, oldest first; none if there is no log group."""
    return [line for _, line in _events(aws, log_group, since)]


def follow(aws: Aws, log_group: str, since: float) -> Iterator[Line]:
    """The lines since a moment and those that come, each once, without an end."""
    seen: dict[str, float] = {}
    while True:
        for identity, line in _events(aws, log_group, since):
            if identity not in seen:
                seen[identity] = line.time
                yield line
        since = max(since, aws.clock() - LATE)
        seen = {identity: time for identity, time in seen.items() if time >= since}
        aws.sleep(POLL)


def _events(aws: Aws, log_group: str, since: float) -> list[tuple[str, Line]]:
    events: list[dict[str, Any]] = []
    with absent("ResourceNotFoundException"):
        events += aws.pages(
            "logs",
            "filter_log_events",
            "events",
            logGroupName=log_group,
            startTime=int(since * 1000),
        )
    lines = [
        (
            str(each["eventId"]),
            Line(each["timestamp"] / 1000, each["logStreamName"], each["message"].rstrip()),
        )
        for each in events
    ]
    return sorted(lines, key=lambda pair: pair[1].time)
