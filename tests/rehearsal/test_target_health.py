"""HAProxy checks targets as a target group does, and their health is told in its words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.processes import free_port
from tests.rehearsal.balancer import Balancer, Counters
from tests.rehearsal.balancers import CHECKS, ask, balancer, now, verdict
from tests.rehearsal.machines import Address
from tests.rehearsal.services import service, silent
from tests.rehearsal.waiting import until
from tests.twin.health import HEALTHY, Verdict

__all__ = ["balancer", "now"]


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
