"""What is watched of each door, and what its dashboard shows."""

from deploy.config import Config
from deploy.resources.alarm import Dimensions, Metric, Watch
from deploy.resources.dashboard import Graph

ELB = "AWS/ApplicationELB"
LAMBDA = "AWS/Lambda"

SERVER_ALARMS = ("errors", "latency", "unhealthy-hosts", "outage")
"""The alarms of the server; a release watches the first two."""

FUNCTION_ALARMS = ("errors", "latency", "throttles")
"""The alarms of the function; a release watches the first two."""

ROLLOUT_ALARMS = ("errors", "latency")


def server_watches(
    config: Config, balancer: Dimensions, targets: Dimensions, *, filled: bool
) -> dict[str, Watch]:
    """The alarms of the server, of the balancer's dimensions and those of its target group.

    `filled` says that there should always be an instance. The balancer counts as requests only
    those for which it has found a target; those that it refuses for want of one come on top.
    """
    return {
        "errors": Watch(
            what="errors",
            description="Share of requests that the service answers with 5xx, in percent",
            metrics=(
                Metric("errors", ELB, "HTTPCode_Target_5XX_Count", "Sum", targets),
                Metric("refused", ELB, "HTTPCode_ELB_5XX_Count", "Sum", balancer),
                Metric("requests", ELB, "RequestCount", "Sum", balancer),
            ),
            expression="100 * (FILL(errors, 0) + FILL(refused, 0)) "
            "/ (FILL(requests, 0) + FILL(refused, 0))",
            threshold=config.alarms.error_rate_percent,
            periods=3,
            of=2,
        ),
        "latency": Watch(
            what="latency",
            description="99 of 100 requests are answered faster than this, in seconds",
            metrics=(Metric("p99", ELB, "TargetResponseTime", "p99", targets),),
            threshold=config.alarms.p99_seconds,
            periods=5,
            of=3,
        ),
        "unhealthy-hosts": Watch(
            what="unhealthy-hosts",
            description="Instances that the balancer finds unhealthy",
            metrics=(Metric("hosts", ELB, "UnHealthyHostCount", "Maximum", targets),),
            threshold=0,
            periods=5,
            of=5,
        ),
        "outage": Watch(
            what="outage",
            description="Fewer than one instance that the balancer finds healthy",
            metrics=(Metric("hosts", ELB, "HealthyHostCount", "Maximum", targets),),
            threshold=1,
            periods=3,
            of=3,
            side="under",
            needed=filled,
        ),
    }


def server_graphs(balancer: Dimensions, targets: Dimensions, group: str) -> list[Graph]:
    """The dashboard of the server."""
    errors = Metric("errors", ELB, "HTTPCode_Target_5XX_Count", "Sum", targets)
    refused = Metric("refused", ELB, "HTTPCode_ELB_5XX_Count", "Sum", balancer)
    latency = [
        Metric(name, ELB, "TargetResponseTime", name, targets) for name in ("p50", "p95", "p99")
    ]
    hosts = [
        Metric(name, ELB, f"{name}HostCount", "Maximum", targets)
        for name in ("Healthy", "UnHealthy")
    ]
    cpu = Metric("cpu", "AWS/EC2", "CPUUtilization", "Average", {"AutoScalingGroupName": group})
    return [
        Graph("Requests", (Metric("requests", ELB, "RequestCount", "Sum", balancer),)),
        Graph("Answers with 5xx", (errors, refused)),
        Graph("Seconds to an answer", tuple(latency)),
        Graph("Instances", tuple(hosts)),
        Graph("CPU, percent", (cpu,)),
    ]


FAILING = (
    "100 * MAX([FILL(errors, 0), FILL(answers, 0)])"
    " / MAX([FILL(invocations, 0), FILL(requests, 0)])"
)
"""A 5xx that the service itself answers is no error of an invocation, but every error of one is
a 5xx at the URL: the greater of the two counts each failure once."""


def function_watches(config: Config, live: Dimensions) -> dict[str, Watch]:
    """The alarms of the function, of the dimensions of its alias."""
    return {
        "errors": Watch(
            what="errors",
            description="Share of invocations that end in an error or answer 5xx, in percent",
            metrics=(
                Metric("errors", LAMBDA, "Errors", "Sum", live),
                Metric("answers", LAMBDA, "Url5xxCount", "Sum", live),
                Metric("invocations", LAMBDA, "Invocations", "Sum", live),
                Metric("requests", LAMBDA, "UrlRequestCount", "Sum", live),
            ),
            expression=FAILING,
            threshold=config.alarms.error_rate_percent,
            periods=3,
            of=2,
        ),
        "latency": Watch(
            what="latency",
            description="99 of 100 invocations take less than this, in milliseconds",
            metrics=(Metric("p99", LAMBDA, "Duration", "p99", live),),
            threshold=1000 * config.alarms.p99_seconds,
            periods=5,
            of=3,
        ),
        "throttles": Watch(
            what="throttles",
            description="Invocations that the concurrency limit turns away",
            metrics=(Metric("throttles", LAMBDA, "Throttles", "Sum", live),),
            threshold=0,
            periods=5,
            of=3,
        ),
    }


def function_graphs(live: Dimensions) -> list[Graph]:
    """The dashboard of the function."""
    durations = tuple(
        Metric(name, LAMBDA, "Duration", name, live) for name in ("p50", "p95", "p99")
    )
    failures = tuple(
        Metric(name.lower(), LAMBDA, name, "Sum", live)
        for name in ("Errors", "Url5xxCount", "Throttles")
    )
    return [
        Graph("Invocations", (Metric("invocations", LAMBDA, "Invocations", "Sum", live),)),
        Graph("Failures", failures),
        Graph("Milliseconds", durations),
        Graph(
            "Concurrency",
            (Metric("concurrency", LAMBDA, "ConcurrentExecutions", "Maximum", live),),
        ),
    ]
