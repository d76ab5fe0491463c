"""Security groups that are used cannot be deleted, and one that is not there cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

from moto.ec2.models.security_groups import SecurityGroup

from tests.twin.gate import Refusal, Request, Rule
from tests.twin.place import Place


def rules() -> list[Rule]:
    return [
        Rule("ec2", "DeleteSecurityGroup", _unused),
        Rule("elbv2", "CreateLoadBalancer", _known),
    ]


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
