"""Alarms: what is watched, described as data, and the resource that watches it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws
from deploy.names import Names
from deploy.resource import Later, Settings
from deploy.resources.topic import Topic

Dimensions = Mapping[str, "str | Later"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, as a statistic over a minute; `id` is its name in an expression."""

    id: str
    namespace: str
    name: str
    statistic: str
    dimensions: Dimensions


@dataclass(frozen=True, slots=True)
class Watch:
    """What an alarm watches: `expression` of the metrics, or the only one of them.

    It fires when `value` is over `threshold`, or under it, in `of` minutes out of the last
    `periods`. Missing data is no alarm, for without requests nothing is wrong, unless it is
    `needed`.
    """

    what: str
    description: str
    metrics: tuple[Metric, ...]
    threshold: float
    periods: int
    of: int
    expression: str = ""
    side: str = "over"
    needed: bool = False

    @property
    def missing(self) -> str:
        """What CloudWatch takes missing data for."""
        return "breaching" if self.needed else "notBreaching"


class Told:
    """What CloudWatch tells of some alarms, asked for all of them with one call.

    Each part of an answer is given away once: whoever looks again, as after a change, gets a new
    answer, and so a walk over all of them asks once.
    """

    def __init__(self, aws: Aws, names: Sequence[str]) -> None:
        self._aws = aws
        self._names = list(names)
        self._parts: dict[str, Mapping[str, Any] | None] = {}

    def take(self, name: str) -> Mapping[str, Any] | None:
        """One of the alarms as it is; None if it is not there."""
        if name not in self._parts:
            found = self._aws.pages(
                "cloudwatch", "describe_alarms", "MetricAlarms", AlarmNames=self._names
            )
            there = {each["AlarmName"]: each for each in found}
            self._parts = {each: there.get(each) for each in self._names}
        return self._parts.pop(name)


class Alarm:
    """One alarm."""

    kind = "alarm"

    def __init__(
        self,
        aws: Aws,
        names: Names,
        door: str,
        watch: Callable[[], Watch],
        topic: Topic,
        told: Told,
    ) -> None:
        self.name = names.alarm(door, watch().what)
        self._aws = aws
        self._told = told
        self._watch = watch
        self._topic = topic
        self._tags = names.tags(door)

    def find(self) -> Settings | None:
        alarm = self._told.take(self.name)
        if alarm is None:
            return None
        return {
            "watches": tuple(sorted(_words(query) for query in alarm.get("Metrics", []))),
            "threshold": _threshold(alarm),
            "missing_data": alarm.get("TreatMissingData"),
            "description": alarm.get("AlarmDescription", ""),
            "tells": tuple(sorted(alarm.get("AlarmActions", []))),
        }

    def settings(self) -> Settings:
        watch = self._watch()
        return {
            "watches": self._watches(),
            "threshold": _threshold(_limits(watch)),
            "missing_data": watch.missing,
            "description": watch.description,
            "tells": self._topic.subscribers,
        }

    def create(self) -> None:
        watch = self._watch()
        self._aws.client("cloudwatch").put_metric_alarm(
            AlarmName=self.name,
            AlarmDescription=watch.description,
            **_limits(watch),
            TreatMissingData=watch.missing,
            Metrics=_queries(watch),
            AlarmActions=list(self._topic.subscribers),
            OKActions=list(self._topic.subscribers),
            Tags=[{"Key": key, "Value": value} for key, value in sorted(self._tags.items())],
        )

    def update(self, changed: frozenset[str]) -> None:  # noqa: ARG002 - an alarm is put as a whole
        self.create()

    def delete(self) -> None:
        self._aws.client("cloudwatch").delete_alarms(AlarmNames=[self.name])

    def _watches(self) -> tuple[str | Later, ...]:
        """The queries in words, or what they still wait for."""
        watch = self._watch()
        for metric in watch.metrics:
            for value in metric.dimensions.values():
                if isinstance(value, Later):
                    return (value,)
        return tuple(sorted(_words(query) for query in _queries(watch)))


def alarms_of(
    aws: Aws,
    names: Names,
    door: str,
    watches: Callable[[], Mapping[str, Watch]],
    whats: Sequence[str],
    topic: Topic,
) -> tuple[Alarm, ...]:
    """The alarms of one door, one of each of the watches that `whats` names."""
    told = Told(aws, [names.alarm(door, what) for what in whats])

    def watch(what: str) -> Callable[[], Watch]:
        return lambda: watches()[what]

    return tuple(Alarm(aws, names, door, watch(what), topic, told) for what in whats)


def _limits(watch: Watch) -> dict[str, Any]:
    return {
        "ComparisonOperator": _OPERATORS[watch.side],
        "Threshold": watch.threshold,
        "EvaluationPeriods": watch.periods,
        "DatapointsToAlarm": watch.of,
    }


def _threshold(limits: Mapping[str, Any]) -> str:
    """The limits in words, as they are wanted or as they are found."""
    operator = limits["ComparisonOperator"]
    side = next((side for side, each in _OPERATORS.items() if each == operator), operator)
    return (
        f"{side} {limits['Threshold']:g} in {limits['DatapointsToAlarm']} of "
        f"{limits['EvaluationPeriods']} minutes"
    )


def _queries(watch: Watch) -> list[dict[str, Any]]:
    queries = [_query(metric, returned=not watch.expression) for metric in watch.metrics]
    if watch.expression:
        value = {"Id": "value", "Expression": watch.expression, "ReturnData": True}
        queries.append({**value, "Label": watch.what})
    return queries


def _query(metric: Metric, *, returned: bool) -> dict[str, Any]:
    dimensions = [{"Name": k, "Value": str(v)} for k, v in sorted(metric.dimensions.items())]
    return {
        "Id": metric.id,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": dimensions,
            },
            "Period": 60,
            "Stat": metric.statistic,
        },
        "ReturnData": returned,
    }


def _words(query: dict[str, Any]) -> str:
    """A query in one line, the same however AWS orders it."""
    if "Expression" in query:
        return f"{query['Id']} = {query['Expression']}"
    stat = query["MetricStat"]
    metric = stat["Metric"]
    dimensions = sorted(f"{each['Name']} {each['Value']}" for each in metric["Dimensions"])
    name = f"{stat['Stat']} of {metric['Namespace']} {metric['MetricName']}"
    return f"{query['Id']} = {name} ({', '.join(dimensions)}) in {int(stat['Period'])} s"


_OPERATORS = {"over": "GreaterThanThreshold", "under": "LessThanThreshold"}
