"""What a month costs: by resource, for the server and for the function."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deploy.config import Config
from deploy.names import FUNCTION, SERVER
from deploy.network import ZONES
from deploy.prices import Prices
from deploy.resources.alarm import Watch
from deploy.watches import function_watches, server_watches

SECONDS_PER_HOUR = 3600
TRACKING_ALARMS = 4
"""What target tracking keeps: two for each of the server's two targets, on one metric each."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of it in a month. `seconds` is how long the function runs for one request."""

    requests: float = 1_000_000
    seconds: float = 0.1
    bytes_exchanged: float = 4_000
    bytes_logged: float = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One resource: how many, of which kind, and dollars a month, None where no price is known.

    `kind` is the resource's.
    """

    what: str
    kind: str
    count: str
    dollars: float | None


def total(lines: Sequence[Line]) -> float:
    """Dollars a month, of the lines whose price is known."""
    return sum(line.dollars or 0.0 for line in lines)


def unknown(lines: Sequence[Line]) -> list[str]:
    """What no price is known for."""
    return [line.what for line in lines if line.dollars is None]


def estimate(
    config: Config, door: str, prices: Prices, load: Load, *, public: bool | None = None
) -> list[Line]:
    """The lines of the server or the function, at a load.

    `public` says whether instances have public addresses; if it is not known, they have them
    unless their subnets were given.
    """
    if door != SERVER:
        return function_lines(config, prices, load)
    addressed = not config.network.instance_subnets if public is None else public
    return server_lines(config, prices, load, public=addressed)


def server_lines(config: Config, prices: Prices, load: Load, *, public: bool) -> list[Line]:
    """Instances at their desired number, and everything around them."""
    server, hours = config.server, prices.hours_per_month
    count, balancer = server.desired, prices.balancer
    rate = capacity(prices, load) / hours
    addresses = public_addresses(config, public=public)
    hourly = prices.instance_hour.get(server.instance_type)
    return [
        Line(f"instances {server.instance_type}", "auto scaling group", f"{count}",
             None if hourly is None else count * hours * hourly),
        Line("volumes gp3", "auto scaling group", f"{count} × {server.volume_gb} GB",
             count * server.volume_gb * prices.volume.gigabyte_month),
        Line("load balancer", "load balancer", "1", hours * balancer.hour),
        Line("capacity units", "load balancer", f"{rate:.3f} on average",
             rate * hours * balancer.capacity_hour),
        Line("public IPv4 addresses", "load balancer", f"{addresses}",
             addresses * hours * prices.address.hour),
        _alarms(server_watches(config, {}, {}, filled=True).values(), TRACKING_ALARMS, prices),
        _logs(prices, load),
    ]  # fmt: skip


def function_lines(config: Config, prices: Prices, load: Load) -> list[Line]:
    """The function by its requests. What AWS gives away each month is not subtracted."""
    function, price = config.function, prices.function
    gigabyte_seconds = load.requests * load.seconds * function.memory_mb / 1024
    return [
        Line("requests", "function", f"{load.requests:,.0f}",
             load.requests / 1e6 * price.million_requests),
        Line(f"memory {config.server.architecture}", "function", f"{gigabyte_seconds:,.0f} GB-s",
             gigabyte_seconds * price.gigabyte_second(config.server.architecture)),
        _alarms(function_watches(config, {}).values(), 0, prices),
        _logs(prices, load),
    ]  # fmt: skip


def capacity(prices: Prices, load: Load) -> float:
    """Hours of one capacity unit that a month's load takes, each request on its own connection.

    Source: the balancer's pricing page; the dimension that is used most counts.
    """
    connections = load.requests / prices.balancer.connections_per_second / SECONDS_PER_HOUR
    gigabytes = load.requests * load.bytes_exchanged / 1e9 / prices.balancer.gigabytes_per_hour
    return max(connections, gigabytes)


def public_addresses(config: Config, *, public: bool) -> int:
    """The balancer's, one for each zone, and those of the instances if they have any."""
    zones = len(config.network.balancer_subnets) or ZONES
    return zones + (config.server.desired if public else 0)


def break_even(config: Config, prices: Prices, load: Load) -> float | None:
    """Requests a month up to which the function is cheaper; None if it always is, and no number
    if a price is not known.

    Both doors cost a fixed sum and a sum for each request; the lines cross at this load.
    """
    if any(unknown(estimate(config, door, prices, load)) for door in (SERVER, FUNCTION)):
        return math.nan
    fixed, each = [], []
    for door in (SERVER, FUNCTION):
        none, one = (total(estimate(config, door, prices, _with(load, n))) for n in (0.0, 1e6))
        fixed.append(none)
        each.append((one - none) / 1e6)
    if each[1] <= each[0]:
        return None
    return max(0.0, (fixed[0] - fixed[1]) / (each[1] - each[0]))


def _with(load: Load, requests: float) -> Load:
    return Load(requests, load.seconds, load.bytes_exchanged, load.bytes_logged)


def _alarms(watches: Iterable[Watch], others: int, prices: Prices) -> Line:
    """An alarm on an expression costs as much as one on each of its metrics."""
    count = sum(len(watch.metrics) for watch in watches) + others
    return Line("alarms", "alarm", f"{count} metrics", count * prices.alarm.metric_month)


def _logs(prices: Prices, load: Load) -> Line:
    gigabytes = load.requests * load.bytes_logged / 1e9
    return Line("logs", "log group", f"{gigabytes:.2f} GB", gigabytes * prices.logs.gigabyte)
