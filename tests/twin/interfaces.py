"""The network interfaces of load balancers, which linger when their balancer is gone."""

from __future__ import annotations

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.elbv2.models import FakeLoadBalancer

from tests.twin.clock import Clock
from tests.twin.gate import Request, Rule
from tests.twin.place import Place


class Interfaces:
    """One real moto interface per subnet of every balancer; `linger` in virtual seconds."""

    def __init__(self, clock: Clock) -> None:
        self.linger: float = 180
        self._clock = clock

    def rules(self) -> list[Rule]:
        return [
            Rule("elbv2", "CreateLoadBalancer", self._follow, after=True),
            Rule("elbv2", "SetSecurityGroups", self._follow, after=True),
            Rule("elbv2", "SetSubnets", self._follow, after=True),
            Rule("elbv2", "DeleteLoadBalancer", self._left_behind, after=True),
        ]

    def _follow(self, request: Request) -> None:
        """Make the interfaces what the balancers are now."""
        for balancer in request.place.elbv2.load_balancers.values():
            ours = _of(request.place, balancer.arn)
            for interface in ours:
                if interface.subnet not in balancer.subnets:
                    _remove(request.place, interface)
            there = [interface.subnet for interface in ours]
            for subnet in balancer.subnets:
                if subnet not in there:
                    _add(request.place, balancer, subnet.id)
            self._set_groups(request.place, balancer)

    def _set_groups(self, place: Place, balancer: FakeLoadBalancer) -> None:
        groups = [place.ec2.get_security_group_from_id(one) for one in balancer.security_groups]
        for interface in _of(place, balancer.arn):
            interface._group_set = [one for one in groups if one]  # noqa: SLF001 - no setter

    def _left_behind(self, request: Request) -> None:
        for interface in _of(request.place, request.params["LoadBalancerArn"]):
            self._clock.after(self.linger, _Removal(request.place, interface))


class _Removal:
    """The removal of one interface, to be called when its time has come."""

    def __init__(self, place: Place, interface: NetworkInterface) -> None:
        self._place = place
        self._interface = interface

    def __call__(self) -> None:
        _remove(self._place, self._interface)


def _of(place: Place, arn: str) -> list[NetworkInterface]:
    description = _description(arn)
    return [one for one in place.ec2.enis.values() if one.description == description]


def _description(arn: str) -> str:
    """As AWS writes it: `ELB app/name/id`."""
    return "ELB " + arn.partition(":loadbalancer/")[2]


def _add(place: Place, balancer: FakeLoadBalancer, subnet_id: str) -> None:
    interface = place.ec2.create_network_interface(
        subnet_id,
        [],
        group_ids=list(balancer.security_groups),
        description=_description(balancer.arn),
    )
    interface.requester_managed, interface.status = True, "in-use"


def _remove(place: Place, interface: NetworkInterface) -> None:
    place.ec2.enis.pop(interface.id, None)
