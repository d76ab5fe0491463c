"""Metrics: what Prometheus reads, right with one process and with several."""

import os
from bisect import bisect_left
from collections import Counter as Counted
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.openmetrics import exposition as openmetrics

DIRECTORY_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of one server share their numbers; set before prometheus_client loads."""

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The numbers of one process, added to those of its siblings when they are read."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests",
            "HTTP requests answered, by method, route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.duration = Histogram(
            "http_request_duration_seconds",
            "Seconds from the request's head to the end of its answer, by route.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "http_requests_in_flight",
            "HTTP requests being answered.",
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        self.predictions = Counter(
            "predictions",
            "Prices given, by the kind of request.",
            ("kind",),
            registry=self.registry,
        )
        self.refused_rows = Counter(
            "refused_rows", "Rows of a batch that were refused.", registry=self.registry
        )
        self.out_of_range = Counter(
            "out_of_range",
            "Values outside the range that the model was trained on, by feature.",
            ("feature",),
            registry=self.registry,
        )
        self.requests.labels("POST", "/predict", "200")
        self._prices_given = self.predictions.labels("single")
        self.duration.labels("/predict")
        self.pending: list[Callable[[], None]] = []
        """What is told to the metrics before they are read."""
        model = Gauge(
            "model_info",
            "The version of the model that is served.",
            ("version",),
            multiprocess_mode="livemax",
            registry=self.registry,
        )
        model.labels(version).set(1)

    def count_answers(self, route: str, status: int, seconds: Sequence[float]) -> None:
        """Count answers to a POST, each after so many seconds; those of 200 are single prices.

        As `requests`, `duration` and `predictions` would one by one, in a fraction of the time.
        """
        self.requests.labels("POST", route, str(status)).inc(len(seconds))
        duration = self.duration.labels(route)
        if status == HTTPStatus.OK:
            self._prices_given.inc(len(seconds))
        buckets = Counted(bisect_left(_BUCKETS, each) for each in seconds)
        for place, count in buckets.items():
            duration._buckets[place].inc(count)  # noqa: SLF001 - no other way to add many
        duration._sum.inc(sum(seconds))  # noqa: SLF001 - nor so long

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All numbers as text and its content type: OpenMetrics if an `Accept` header names it."""
        for settle in self.pending:
            settle()
        registry = self._collected()
        if "application/openmetrics-text" in accept:
            content: bytes = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]  # it has no types
            return content, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4

    def _collected(self) -> CollectorRegistry:
        directory = os.environ.get(DIRECTORY_VARIABLE)
        if directory is None:
            return self.registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=directory)  # type: ignore[no-untyped-call]  # it has no types
        return registry


def forget_process(pid: int, directory: Path) -> None:
    """Take a process that ended out of the gauges that count only living ones."""
    mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]  # it has no types
