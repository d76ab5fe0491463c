"""What is watched of each door."""

from collections.abc import Iterable

from deploy.config import Alarms, Config
from deploy.metrics import FunctionMetrics, ServerMetrics
from deploy.resources.alarm import Dimensions, Watch

SERVER_ALARMS = ("errors", "latency", "unhealthy-hosts", "outage")
"""The alarms of the server; a release watches the first two."""

FUNCTION_ALARMS = ("errors", "latency", "throttles")
"""The alarms of the function; a release watches the first two."""

ROLLOUT_ALARMS = ("errors", "latency")

SERVER_FAILING = (
    "100 * (FILL(errors, 0) + FILL(refused, 0)) / (FILL(requests, 0) + FILL(refused, 0))"
)
"""The share of failures of the server, in percent."""

FUNCTION_FAILING = (
    "100 * MAX([FILL(errors, 0), FILL(answers, 0)])"
    " / MAX([FILL(invocations, 0), FILL(requests, 0)])"
)
"""A 5xx that the service itself answers is no error of an invocation, but every error of one is
a 5xx at the URL: the greater of the two counts each failure once."""


def server_watches(
    config: Config, balancer: Dimensions, targets: Dimensions, *, filled: bool
) -> dict[str, Watch]:
    """The alarms of the server, of the balancer's dimensions and those of its target group.

    `filled` says that there should always be an instance.
    """
    seen, limits = ServerMetrics(balancer, targets), config.alarms
    return _by_name(
        [
            _server_errors(seen, limits),
            _server_latency(seen, limits),
            _unhealthy_hosts(seen),
            _outage(seen, filled=filled),
        ]
    )


def function_watches(config: Config, live: Dimensions) -> dict[str, Watch]:
    """The alarms of the function, of the dimensions of its alias."""
    seen, limits = FunctionMetrics(live), config.alarms
    return _by_name(
        [_function_errors(seen, limits), _function_latency(seen, limits), _throttles(seen)]
    )


def _by_name(watches: Iterable[Watch]) -> dict[str, Watch]:
    return {each.what: each for each in watches}


def _server_errors(seen: ServerMetrics, limits: Alarms) -> Watch:
    return Watch(
        what="errors",
        description="Share of requests that the service answers with 5xx, in percent",
        metrics=(seen.errors, seen.refused, seen.requests),
        expression=SERVER_FAILING,
        threshold=limits.error_rate_percent,
        periods=3,
        of=2,
    )


def _server_latency(seen: ServerMetrics, limits: Alarms) -> Watch:
    return Watch(
        what="latency",
        description="99 of 100 requests are answered faster than this, in seconds",
        metrics=(seen.seconds("p99"),),
        threshold=limits.p99_seconds,
        periods=5,
        of=3,
    )


def _unhealthy_hosts(seen: ServerMetrics) -> Watch:
    return Watch(
        what="unhealthy-hosts",
        description="Instances that the balancer finds unhealthy",
        metrics=(seen.unhealthy,),
        threshold=0,
        periods=5,
        of=5,
    )


def _outage(seen: ServerMetrics, *, filled: bool) -> Watch:
    return Watch(
        what="outage",
        description="Fewer than one instance that the balancer finds healthy",
        metrics=(seen.healthy,),
        threshold=1,
        periods=3,
        of=3,
        side="under",
        needed=filled,
    )


def _function_errors(seen: FunctionMetrics, limits: Alarms) -> Watch:
    return Watch(
        what="errors",
        description="Share of invocations that end in an error or answer 5xx, in percent",
        metrics=(seen.errors, seen.answers, seen.invocations, seen.requests),
        expression=FUNCTION_FAILING,
        threshold=limits.error_rate_percent,
        periods=3,
        of=2,
    )


def _function_latency(seen: FunctionMetrics, limits: Alarms) -> Watch:
    return Watch(
        what="latency",
        description="99 of 100 invocations take less than this, in milliseconds",
        metrics=(seen.milliseconds("p99"),),
        threshold=1000 * limits.p99_seconds,
        periods=5,
        of=3,
    )


def _throttles(seen: FunctionMetrics) -> Watch:
    return Watch(
        what="throttles",
        description="Invocations that the concurrency limit turns away",
        metrics=(seen.throttles,),
        threshold=0,
        periods=5,
        of=3,
    )
