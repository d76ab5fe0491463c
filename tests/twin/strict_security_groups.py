"""Security groups that are used cannot be deleted, and one that is not there cannot be used.

EC2 is eventually consistent: of a group just made it may know nothing yet, and Auto Scaling less.
"""

from __future__ import annotations

from collections.abc import Iterator

from moto.ec2.models.security_groups import SecurityGroup

from tests.twin.clock import Clock
from tests.twin.gate import Refusal, Request, Rule
from tests.twin.place import Place
from tests.twin.templates import find, invalid, specification


class SecurityGroups:
    """Which was made when. Virtual seconds until EC2 knows of it (`delay`), and until Auto Scaling
    does (`launch_delay`); at once, unless a test wants to see the wait."""

    def __init__(self, clock: Clock) -> None:
        self.delay: float = 0
        self.launch_delay: float = 0
        self._clock = clock
        self._born: dict[str, float] = {}

    def rules(self) -> list[Rule]:
        return [
            Rule("ec2", "CreateSecurityGroup", self._made, after=True),
            Rule("ec2", "AuthorizeSecurityGroupIngress", self._usable),
            Rule("ec2", "AuthorizeSecurityGroupEgress", self._usable),
            Rule("ec2", "RevokeSecurityGroupIngress", self._usable),
            Rule("ec2", "RevokeSecurityGroupEgress", self._usable),
            Rule("ec2", "DeleteSecurityGroup", _unused),
            Rule("elbv2", "CreateLoadBalancer", _known),
            Rule("autoscaling", "CreateAutoScalingGroup", self._launchable),
        ]

    def _made(self, request: Request) -> None:
        for group in _groups(request.place):
            self._born.setdefault(group.id, self._clock.time())

    def _usable(self, request: Request) -> None:
        group_id = request.params["GroupId"]
        if self._is_young(group_id, self.delay):
            raise Refusal(
                "InvalidGroup.NotFound", f"The security group '{group_id}' does not exist"
            )

    def _launchable(self, request: Request) -> None:
        spec = specification(request.params)
        data = find(request.place, spec).data if spec else {}
        for interface in data.get("NetworkInterfaces", []):
            for group_id in interface.get("Groups", []):
                if self._is_young(group_id, self.launch_delay):
                    raise invalid(
                        "You must use a valid fully-formed launch template. The security group "
                        f"'{group_id}' does not exist"
                    )

    def _is_young(self, group_id: str, delay: float) -> bool:
        born = self._born.get(group_id)
        return born is not None and self._clock.time() < born + delay


def _unused(request: Request) -> None:
    group_id = request.params.get("GroupId")
    group = request.place.ec2.get_security_group_from_id(group_id) if group_id else None
    if group is None:
        return
    if _has_interface(request.place, group) or _is_referred_to(request.place, group):
        raise Refusal("DependencyViolation", f"resource {group.id} has a dependent object")


def _has_interface(place: Place, group: SecurityGroup) -> bool:
    """Of an instance, of a balancer, or of a balancer that is gone and lingers."""
    return any(group in interface.group_set for interface in place.ec2.enis.values())


def _is_referred_to(place: Place, group: SecurityGroup) -> bool:
    return any(
        (rule.source_group or {}).get("GroupId") == group.id
        for other in _groups(place)
        if other is not group
        for rule in [*other.ingress_rules, *other.egress_rules]
    )


def _groups(place: Place) -> Iterator[SecurityGroup]:
    for groups in place.ec2.groups.values():
        yield from groups.values()


def _known(request: Request) -> None:
    for group_id in request.params.get("SecurityGroups", []):
        if request.place.ec2.get_security_group_from_id(group_id) is None:
            raise Refusal("InvalidSecurityGroup", f"Security group '{group_id}' does not exist")
