"""HAProxy sends requests as a balancer of AWS does."""

from __future__ import annotations

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.processes import free_port
from tests.rehearsal.balancer import Balancer, Counters
from tests.rehearsal.balancers import CHECKS, ask, balancer, now, verdict
from tests.rehearsal.haproxy import Checks, Settings
from tests.rehearsal.machines import Address
from tests.rehearsal.programs import Broken
from tests.rehearsal.services import service
from tests.rehearsal.waiting import until
from tests.twin.health import HEALTHY

__all__ = ["balancer", "now"]


def test_requests_are_shared(balancer: Balancer) -> None:
    """Between all that are healthy."""
    with service("127.0.1.1") as one, service("127.0.1.2") as two:
        for name, each in (("i-1", one), ("i-2", two)):
            balancer.add(name, each.address)
        until(lambda: all(target.verdict == HEALTHY for target in balancer.states().values()))
        assert sorted(ask(balancer)[1] for _ in range(4)) == ["127.0.1.1"] * 2 + ["127.0.1.2"] * 2


def test_connections_to_a_target_are_shared_by_clients(balancer: Balancer) -> None:
    """One after another on the same, until the target is removed."""
    with service("127.0.1.1") as one:
        balancer.add("i-1", one.address)
        until(lambda: verdict(balancer, "i-1") == HEALTHY)
        assert [ask(balancer)[0] for _ in range(3)] == [200] * 3
        assert len(one.asked_on) == 1
        balancer.remove("i-1")
        assert balancer.states() == {}


def test_a_target_is_told_who_asks(balancer: Balancer) -> None:
    """As AWS's balancer does: from where, how, and by a name of its own for each request."""
    with service("127.0.1.1") as one:
        balancer.add("i-1", one.address)
        until(lambda: verdict(balancer, "i-1") == HEALTHY)
        assert [ask(balancer)[0] for _ in range(2)] == [200, 200]
        for told in one.headers:
            assert told["x-forwarded-for"] == "127.0.0.1"
            assert told["x-forwarded-proto"] == "http"
            assert told["x-forwarded-port"] == f"{balancer.address.port}"
        names = {told["x-amzn-trace-id"] for told in one.headers}
        assert len(names) == 2
        assert all(re.fullmatch("Root=1-[0-9a-f]{8}-[0-9a-f]{24}", name) for name in names)


def test_a_target_is_removed_with_what_is_still_in_flight(balancer: Balancer) -> None:
    """As when the delay of deregistration has passed; its name is free for another."""
    with service("127.0.1.1") as one, ThreadPoolExecutor() as clients:
        balancer.add("i-1", one.address)
        until(lambda: verdict(balancer, "i-1") == HEALTHY)
        one.hold.clear()
        asked = clients.submit(ask, balancer)
        one.arrived.acquire()
        balancer.remove("i-1")
        assert asked.result()[0] == 502
        one.hold.set()
        balancer.add("i-1", one.address)
        until(lambda: verdict(balancer, "i-1") == HEALTHY)


def test_a_request_is_tried_again_where_no_connection_comes_about(tmp_path: Path) -> None:
    """Before the checks have noticed that the target is gone."""
    slow = Checks("/readyz", interval=0.5, timeout=0.2, healthy_after=1, unhealthy_after=9)
    balancer = Balancer(Address("127.0.1.200", free_port()), Settings(slow), tmp_path)
    balancer.start()
    try:
        with service("127.0.1.2") as two:
            with service("127.0.1.1") as one:
                balancer.add("i-1", one.address)
                balancer.add("i-2", two.address)
                until(lambda: all(each.verdict == HEALTHY for each in balancer.states().values()))
            assert [ask(balancer) for _ in range(2)] == [(200, "127.0.1.2")] * 2
            counters = balancer.counters()
            assert (counters.requests, counters.failures) == (2, 0)
            assert counters.retries > 0
    finally:
        balancer.close()


def test_a_target_that_breaks_off_is_counted(balancer: Balancer) -> None:
    """A client's first request is answered with 502; on a connection used before, with its end."""
    with service("127.0.1.1") as one:
        balancer.add("i-1", one.address)
        until(lambda: verdict(balancer, "i-1") == HEALTHY)
        where = balancer.address
        connection = http.client.HTTPConnection(where.host, where.port, timeout=20)
        connection.request("GET", "/predict")
        assert connection.getresponse().read() == b"127.0.1.1"
        one.breaks = True
        connection.request("GET", "/predict")
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
        connection.close()
        assert ask(balancer)[0] == 502
        assert balancer.counters() == Counters(requests=3, failures=1, unanswered=1, retries=0)


def test_an_address_in_use_is_told(balancer: Balancer, tmp_path: Path) -> None:
    """With what HAProxy says of it."""
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(Broken, match=f"cannot bind socket.*{balancer.address.port}"):
        Balancer(balancer.address, Settings(CHECKS), other).start()


def test_a_name_is_taken_once(balancer: Balancer) -> None:
    """HAProxy's own refusal is told."""
    balancer.add("i-1", Address("127.0.1.1", 1))
    with pytest.raises(Broken, match="haproxy does not take i-1"):
        balancer.add("i-1", Address("127.0.1.1", 1))
