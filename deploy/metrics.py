"""The metrics of each door that are watched and shown, each said once."""

from dataclasses import dataclass

from deploy.resources.alarm import Dimensions, Metric

ELB = "AWS/ApplicationELB"
LAMBDA = "AWS/Lambda"

PERCENTILES = ("p50", "p95", "p99")
"""The statistics of a time that are shown; the alarms watch the last."""


@dataclass(frozen=True, slots=True)
class ServerMetrics:
    """What the balancer counts, in the whole and of its target group.

    As requests it counts only those for which it has found a target; those that it refuses for
    want of one come on top.
    """

    balancer: Dimensions
    targets: Dimensions

    @property
    def requests(self) -> Metric:
        return Metric("requests", ELB, "RequestCount", "Sum", self.balancer)

    @property
    def refused(self) -> Metric:
        return Metric("refused", ELB, "HTTPCode_ELB_5XX_Count", "Sum", self.balancer)

    @property
    def errors(self) -> Metric:
        return Metric("errors", ELB, "HTTPCode_Target_5XX_Count", "Sum", self.targets)

    @property
    def healthy(self) -> Metric:
        return Metric("hosts", ELB, "HealthyHostCount", "Maximum", self.targets)

    @property
    def unhealthy(self) -> Metric:
        return Metric("hosts", ELB, "UnHealthyHostCount", "Maximum", self.targets)

    def seconds(self, statistic: str) -> Metric:
        """The time to an answer."""
        return Metric(statistic, ELB, "TargetResponseTime", statistic, self.targets)


@dataclass(frozen=True, slots=True)
class FunctionMetrics:
    """What Lambda counts of the alias."""

    live: Dimensions

    @property
    def invocations(self) -> Metric:
        return self._sum("invocations", "Invocations")

    @property
    def requests(self) -> Metric:
        return self._sum("requests", "UrlRequestCount")

    @property
    def errors(self) -> Metric:
        return self._sum("errors", "Errors")

    @property
    def answers(self) -> Metric:
        """Those with 5xx."""
        return self._sum("answers", "Url5xxCount")

    @property
    def throttles(self) -> Metric:
        return self._sum("throttles", "Throttles")

    @property
    def concurrency(self) -> Metric:
        return Metric("concurrency", LAMBDA, "ConcurrentExecutions", "Maximum", self.live)

    def milliseconds(self, statistic: str) -> Metric:
        """The time of an invocation."""
        return Metric(statistic, LAMBDA, "Duration", statistic, self.live)

    def _sum(self, name: str, of: str) -> Metric:
        return Metric(name, LAMBDA, of, "Sum", self.live)


def processors(group: str) -> Metric:
    """The load of the processors of a group of instances, in percent."""
    return Metric("cpu", "AWS/EC2", "CPUUtilization", "Average", {"AutoScalingGroupName": group})
