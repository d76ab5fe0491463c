"""HAProxy does for real machines what a target group promises."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.processes import free_port
from tests.rehearsal.balancer import Balancer, Counters
from tests.rehearsal.haproxy import Checks, Settings
from tests.rehearsal.machines import Address
from tests.rehearsal.programs import Broken
from tests.rehearsal.services import service, silent
from tests.rehearsal.waiting import until
from tests.twin.health import HEALTHY, Verdict

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
    """Status and body of one answer."""
    connection = http.client.HTTPConnection(
        balancer.address.host, balancer.address.port, timeout=20
    )
    try:
        connection.request("GET", "/predict")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def verdict(balancer: Balancer, name: str) -> Verdict:
    """The health of one target."""
    return balancer.states()[name].verdict


def test_a_target_is_asked_once_it_is_healthy(balancer: Balancer) -> None:
    """First its checks are under way, and nobody answers."""
    with service("127.0.1.1") as one:
        one.health = 503
        balancer.add("i-1", one.address)
        until(lambda: verdict(balancer, "i-1").reason == "Elb.InitialHealthChecking")
        assert verdict(balancer, "i-1").state == "initial"
        assert ask(balancer)[0] == 503
        one.health = 200
        until(lambda: verdict(balancer, "i-1") == HEALTHY)
        assert ask(balancer) == (200, "127.0.1.1")
        assert balancer.counters() == Counters(requests=2, failures=1, unanswered=0, retries=0)
        assert balancer.states()["i-1"].requests == 1


def test_a_target_is_not_trusted_before_its_first_check(balancer: Balancer) -> None:
    """Here it does not answer the check yet."""
    with silent("127.0.1.2") as address:
        balancer.add("i-1", address)
        assert verdict(balancer, "i-1").state == "initial"
        assert balancer.states()["i-1"].requests == 0
        assert ask(balancer)[0] == 503


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


@pytest.mark.parametrize(
    ("fault", "reason", "told"),
    [
        ("status", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [418]"),
        ("silence", "Target.Timeout", "Request timed out"),
        ("absence", "Target.FailedHealthChecks", "Health checks failed"),
    ],
)
def test_why_a_target_is_unhealthy(
    balancer: Balancer, now: list[float], fault: str, reason: str, told: str
) -> None:
    """In the words that DescribeTargetHealth has for it."""
    with service("127.0.1.1") as one, silent("127.0.1.2") as deaf:
        one.health = 418
        absent = Address("127.0.1.3", free_port())
        balancer.add("i-1", {"status": one.address, "silence": deaf, "absence": absent}[fault])
        now[0] = 1
        until(lambda: verdict(balancer, "i-1") == Verdict("unhealthy", reason, told))


def test_how_long_a_new_target_is_being_checked(balancer: Balancer, now: list[float]) -> None:
    """Until as many checks as make one unhealthy must have failed."""
    with service("127.0.1.1") as one:
        one.health = 503
        balancer.add("i-1", one.address)
        until(lambda: verdict(balancer, "i-1").reason == "Elb.InitialHealthChecking")
        now[0] = CHECKS.interval * 1.9
        assert verdict(balancer, "i-1").state == "initial"
        now[0] = CHECKS.interval * 2.1
        assert verdict(balancer, "i-1").state == "unhealthy"


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


def test_a_target_that_fails_is_taken_out_and_comes_back(
    balancer: Balancer, now: list[float]
) -> None:
    """Requests go to the others meanwhile."""
    with service("127.0.1.1") as one, service("127.0.1.2") as two:
        balancer.add("i-1", one.address)
        balancer.add("i-2", two.address)
        now[0] = 1
        until(lambda: all(target.verdict == HEALTHY for target in balancer.states().values()))
        one.health = 500
        until(lambda: verdict(balancer, "i-1").state == "unhealthy")
        assert {ask(balancer)[1] for _ in range(4)} == {"127.0.1.2"}
        one.health = 200
        until(lambda: verdict(balancer, "i-1") == HEALTHY)


def test_a_target_that_drains_finishes_what_it_has(balancer: Balancer) -> None:
    """And is given nothing new."""
    with service("127.0.1.1") as one, service("127.0.1.2") as two, ThreadPoolExecutor() as clients:
        balancer.add("i-1", one.address)
        until(lambda: verdict(balancer, "i-1") == HEALTHY)
        one.hold.clear()
        asked = clients.submit(ask, balancer)
        one.arrived.acquire()
        balancer.add("i-2", two.address)
        until(lambda: verdict(balancer, "i-2") == HEALTHY)
        balancer.drain("i-1")
        told = "Target deregistration is in progress"
        assert verdict(balancer, "i-1") == Verdict(
            "draining", "Target.DeregistrationInProgress", told
        )
        assert {ask(balancer)[1] for _ in range(4)} == {"127.0.1.2"}
        assert balancer.states()["i-1"].in_flight == 1
        one.hold.set()
        assert asked.result() == (200, "127.0.1.1")
        balancer.remove("i-1")
        assert set(balancer.states()) == {"i-2"}
        assert balancer.counters().failures == 0


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
