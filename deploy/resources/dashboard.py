"""The dashboard: what one wants to see first when something is wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws, absent
from deploy.names import Names
from deploy.permissions.documents import canonical
from deploy.resource import Later, Settings
from deploy.resources.alarm import Metric

WIDTH, HEIGHT = 12, 6
"""Of a graph, on a page 24 wide."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A few metrics over time."""

    title: str
    metrics: tuple[Metric, ...]


class Dashboard:
    """Graphs, two in a row. It has no tags, and is found by its name."""

    kind = "dashboard"

    def __init__(
        self, aws: Aws, names: Names, door: str, graphs: Callable[[], Sequence[Graph]]
    ) -> None:
        self.name = names.worldwide(door, aws.region)
        self._aws = aws
        self._graphs = graphs

    def find(self) -> Settings | None:
        with absent("ResourceNotFound", "DashboardNotFoundError"):
            answer = self._client.get_dashboard(DashboardName=self.name)
            return {"body": canonical(answer["DashboardBody"])}
        return None

    def settings(self) -> Settings:
        graphs = self._graphs()
        for metric in (metric for graph in graphs for metric in graph.metrics):
            for value in metric.dimensions.values():
                if isinstance(value, Later):
                    return {"body": value}
        return {"body": canonical(_body(graphs, self._aws.region))}

    def create(self) -> None:
        body = canonical(_body(self._graphs(), self._aws.region))
        self._client.put_dashboard(DashboardName=self.name, DashboardBody=body)

    def update(self, changed: frozenset[str]) -> None:  # noqa: ARG002 - it is put as a whole
        self.create()

    def delete(self) -> None:
        with absent("ResourceNotFound", "DashboardNotFoundError"):
            self._client.delete_dashboards(DashboardNames=[self.name])

    @property
    def _client(self) -> Any:
        return self._aws.client("cloudwatch")


def _body(graphs: Sequence[Graph], region: str) -> dict[str, Any]:
    return {
        "widgets": [
            {
                "type": "metric",
                "x": WIDTH * (index % 2),
                "y": HEIGHT * (index // 2),
                "width": WIDTH,
                "height": HEIGHT,
                "properties": {
                    "title": graph.title,
                    "region": region,
                    "period": 60,
                    "metrics": [_line(metric) for metric in graph.metrics],
                },
            }
            for index, graph in enumerate(graphs)
        ]
    }


def _line(metric: Metric) -> list[Any]:
    dimensions = [str(each) for pair in sorted(metric.dimensions.items()) for each in pair]
    return [metric.namespace, metric.name, *dimensions, {"stat": metric.statistic}]
