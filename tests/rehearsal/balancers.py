"""A balancer for tests: its checks follow each other quickly, and its clock is told the time."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.processes import free_port
from tests.rehearsal.balancer import Balancer
from tests.rehearsal.haproxy import Checks, Settings
from tests.rehearsal.machines import Address
from tests.twin.health import Verdict

CHECKS = Checks("/readyz", interval=0.05, timeout=0.2, healthy_after=2, unhealthy_after=2)


@pytest.fixture
def now() -> list[float]:
    """The clock of the balancer: stands still unless a test moves it."""
    return [0.0]


@pytest.fixture
def balancer(tmp_path: Path, now: list[float]) -> Iterator[Balancer]:
    """A balancer without targets."""
    address = Address("127.0.1.200", free_port())
    one = Balancer(address, Settings(CHECKS, idle=5), tmp_path, lambda: now[0])
    one.start()
    try:
        yield one
    finally:
        one.close()


def ask(balancer: Balancer) -> tuple[int, str]:
    """Status and body of one answer of a balancer's."""
    return ask_at(balancer.address)


def ask_at(address: Address) -> tuple[int, str]:
    """Status and body of one answer."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=20)
    try:
        connection.request("GET", "/predict")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def verdict(balancer: Balancer, name: str) -> Verdict:
    """The health of one target."""
    return balancer.states()[name].verdict
