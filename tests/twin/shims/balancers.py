"""Balancers: a while in provisioning, and target groups that know which of them still exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from moto.elbv2.models import FakeLoadBalancer, FakeTargetGroup

from tests.twin.clock import Clock
from tests.twin.gate import Request, Rule
from tests.twin.place import Place


class Balancers:
    """`provisioning`: virtual seconds until a new balancer is active."""

    def __init__(self, clock: Clock) -> None:
        self.provisioning: float = 90
        self._clock = clock
        self._born: dict[str, float] = {}

    def rules(self) -> list[Rule]:
        return [Rule("elbv2", "CreateLoadBalancer", self._created, after=True)]

    @contextmanager
    def mended(self) -> Iterator[None]:
        def activate(balancer: FakeLoadBalancer) -> None:
            if self._clock.time() >= self._born.get(balancer.arn, 0) + self.provisioning:
                balancer.state = "active"

        with (
            patch.object(FakeLoadBalancer, "activate", activate),
            patch.object(
                FakeTargetGroup, "load_balancer_arns", property(_arns, _ignore), create=True
            ),
        ):
            yield

    def _created(self, request: Request) -> None:
        for arn in request.place.elbv2.load_balancers:
            self._born.setdefault(arn, self._clock.time())


def _arns(group: FakeTargetGroup) -> list[str]:
    """Moto adds a balancer for every listener, and keeps one that was deleted."""
    elbv2 = Place(group.account_id, group.region_name).elbv2
    return [
        balancer.arn
        for balancer in elbv2.load_balancers.values()
        if any(
            group.arn in elbv2._get_target_group_arns_from(action_data=action.data)  # noqa: SLF001 - moto's own reading of an action
            for listener in balancer.listeners.values()
            for rule in listener.rules.values()
            for action in rule.actions
        )
    ]


def _ignore(_: FakeTargetGroup, __: list[str]) -> None:
    """What moto would store is found out instead."""
