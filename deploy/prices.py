"""What AWS asks: a dated table that comes with the code, or one of the user's own."""

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from deploy.errors import Refused

SHIPPED = Path(__file__).with_name("prices.toml")

Dollars = Annotated[float, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]


class _Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""


class BalancerPrice(_Table, frozen=True):
    """A load balancer, and what one capacity unit of it costs and holds."""

    hour: Dollars
    capacity_hour: Dollars
    connections_per_second: Positive
    gigabytes_per_hour: Positive


class Hourly(_Table, frozen=True):
    """Something that costs by the hour."""

    hour: Dollars


class Storage(_Table, frozen=True):
    """A volume."""

    gigabyte_month: Dollars


class FunctionPrice(_Table, frozen=True):
    """A function's requests and the memory it holds while it runs."""

    million_requests: Dollars
    gigabyte_second_arm64: Dollars
    gigabyte_second_x86_64: Dollars

    def gigabyte_second(self, architecture: str) -> float:
        """The price on arm64 or x86_64."""
        return float(getattr(self, f"gigabyte_second_{architecture}"))


class Taken(_Table, frozen=True):
    """Something that costs by what it takes in."""

    gigabyte: Dollars


class AlarmPrice(_Table, frozen=True):
    """An alarm, by the metrics that it watches."""

    metric_month: Dollars


class Prices(_Table, frozen=True):
    """The whole table, in US dollars."""

    date: str
    region: str
    hours_per_month: Positive
    instance_hour: dict[str, Dollars]
    burst_vcpu_hour: dict[str, Dollars]
    balancer: BalancerPrice
    address: Hourly
    volume: Storage
    function: FunctionPrice
    logs: Taken
    alarm: AlarmPrice

    def burst(self, kind: str) -> float | None:
        """Dollars for an hour of one vCPU above the credits, for types that have credits."""
        return self.burst_vcpu_hour.get(kind.partition(".")[0])


def read_prices(path: Path = SHIPPED) -> Prices:
    """The table in a file. Raises `Refused` naming what is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8")
        return msgspec.convert(tomllib.loads(text), Prices)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}. Copy deploy/prices.toml.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{path}: cannot be read as TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise Refused(f"{path}: {error}. See deploy/prices.toml for every key.") from error
