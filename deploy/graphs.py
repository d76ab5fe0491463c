"""What the dashboard of each door shows."""

from deploy.metrics import PERCENTILES, FunctionMetrics, ServerMetrics, processors
from deploy.resources.alarm import Dimensions
from deploy.resources.dashboard import Graph


def server_graphs(balancer: Dimensions, targets: Dimensions, group: str) -> list[Graph]:
    """The dashboard of the server."""
    seen = ServerMetrics(balancer, targets)
    return [
        Graph("Requests", (seen.requests,)),
        Graph("Answers with 5xx", (seen.errors, seen.refused)),
        Graph("Seconds to an answer", tuple(map(seen.seconds, PERCENTILES))),
        Graph("Instances", (seen.healthy, seen.unhealthy)),
        Graph("CPU, percent", (processors(group),)),
    ]


def function_graphs(live: Dimensions) -> list[Graph]:
    """The dashboard of the function."""
    seen = FunctionMetrics(live)
    return [
        Graph("Invocations", (seen.invocations,)),
        Graph("Failures", (seen.errors, seen.answers, seen.throttles)),
        Graph("Milliseconds", tuple(map(seen.milliseconds, PERCENTILES))),
        Graph("Concurrency", (seen.concurrency,)),
    ]
