"""What is wrong with an instance: the balancer's words, the container's exit, its last lines."""

import re
from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws, absent
from deploy.releases.fleet import Member

LINES = 50
"""How many of the last log lines are shown."""

_FAILURE = "start-failure"
_STARTED = re.compile(
    r"start failed: (?P<why>.*?); .*exit code of the container (?P<code>\d+|none)"
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One instance that does not serve. `code` is its container's exit code, if one is known.

    `hopeless` says that the instance has given itself up: waiting will not mend it.
    """

    member: Member
    lines: tuple[str, ...] = ()
    why: str = ""
    code: int | None = None

    @property
    def hopeless(self) -> bool:
        """Whether it has reported that its start failed."""
        return bool(self.why)

    @property
    def words(self) -> list[str]:
        """The lines of a failure screen."""
        words = [f"instance   {self.member}"]
        if self.why:
            words.append(f"start      {self.why}")
        if self.code is not None:
            words.append(f"container  exited with {self.code}")
        if self.lines:
            words.append(f"last {len(self.lines)} lines of its log:")
            words += [f"  | {line}" for line in self.lines]
        else:
            words.append("log        it has written nothing")
        return words


def trouble_of(aws: Aws, log_group: str, member: Member) -> Trouble:
    """What can be known of an instance that does not serve."""
    report = _tail(aws, log_group, f"{member.instance}/{_FAILURE}")
    lines = [line for line in report if not _STARTED.search(line)]
    found = next(filter(None, map(_STARTED.search, report)), None)
    if found is None:
        return Trouble(member, tuple(_tail(aws, log_group, member.instance)))
    code = found["code"]
    return Trouble(
        member,
        tuple(lines or _tail(aws, log_group, member.instance)),
        found["why"],
        int(code) if code.isdecimal() else None,
    )


def _tail(aws: Aws, log_group: str, stream: str) -> list[str]:
    """The last lines of a log stream; none if there is no such stream."""
    answer: dict[str, Any] = {"events": []}
    with absent("ResourceNotFoundException"):
        answer = aws.client("logs").get_log_events(
            logGroupName=log_group, logStreamName=stream, limit=LINES, startFromHead=False
        )
    return [event["message"].rstrip() for event in answer["events"]][-LINES:]
