"""Security groups: who may reach the balancer, and that only it may reach the instances."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deploy.aws import Aws, absent, error_code
from deploy.resource import Later, Settings
from deploy.tags import owned, pairs
from deploy.waiting import retried

DESCRIPTION = "Made by deploy"
LINGERING = 900.0
"""Seconds that a deleted balancer's network interfaces may keep its group in use."""

UNKNOWN = 120.0
"""Seconds until a group that was just made is known everywhere in EC2."""


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """TCP on one port, to or from addresses or another group; protocol "-1" is everything."""

    peer: str
    port: int = 0
    protocol: str = "tcp"
    last_port: int = 0

    def __str__(self) -> str:
        if self.protocol == "-1":
            return f"everything, {self.peer}"
        last = f"-{self.last_port}" if self.last_port not in (0, self.port) else ""
        return f"{self.protocol} {self.port}{last}, {self.peer}"

    def normal(self) -> "Rule":
        """The same rule as we write it: a range of one port is a port."""
        return replace(self, last_port=0) if self.last_port == self.port else self

    def permission(self) -> dict[str, Any]:
        """The rule as EC2 wants it."""
        permission: dict[str, Any] = {"IpProtocol": self.protocol}
        if self.protocol != "-1":
            permission |= {"FromPort": self.port, "ToPort": self.last_port or self.port}
        if self.peer.startswith("sg-"):
            return permission | {"UserIdGroupPairs": [{"GroupId": self.peer}]}
        if self.peer.startswith("pl-"):
            return permission | {"PrefixListIds": [{"PrefixListId": self.peer}]}
        if ipaddress.ip_network(self.peer).version == 6:
            return permission | {"Ipv6Ranges": [{"CidrIpv6": self.peer}]}
        return permission | {"IpRanges": [{"CidrIp": self.peer}]}


Rules = frozenset[Rule]

EVERYTHING = Rule("0.0.0.0/0", protocol="-1")
"""What AWS lets out of a new group."""


class SecurityGroup:
    """A group with exactly these rules; whatever else is found in it is taken out."""

    kind = "security group"

    def __init__(
        self,
        aws: Aws,
        name: str,
        *,
        vpc: str,
        ingress: Sequence["Opening"],
        egress: Sequence["Opening"],
        tags: dict[str, str],
    ) -> None:
        self.name = name
        self.id: str | Later = Later(name)
        self._wanted = {"ingress": ingress, "egress": egress}
        self._aws = aws
        self._vpc = vpc
        self._tags = tags
        self._live: dict[str, Rules] = {}

    @property
    def arn(self) -> str:
        """Its ARN, once it was found."""
        return self._aws.arn("ec2", f"security-group/{self.id}")

    def find(self) -> Settings | None:
        filters = [
            {"Name": "group-name", "Values": [self.name]},
            {"Name": "vpc-id", "Values": [self._vpc]},
        ]
        found = self._aws.pages(
            "ec2", "describe_security_groups", "SecurityGroups", Filters=filters
        )
        for group in found:
            self.id = group["GroupId"]
            self._live = {
                "ingress": _rules(group["IpPermissions"]),
                "egress": _rules(group["IpPermissionsEgress"]),
            }
            return {
                "ingress": _words(self._live["ingress"]),
                "egress": _words(self._live["egress"]),
                "tags": owned(group.get("Tags", []), self._tags),
            }
        self.id, self._live = Later(self.name), {}
        return None

    def settings(self) -> Settings:
        return {
            "ingress": _words(_resolved(self._wanted["ingress"])),
            "egress": _words(_resolved(self._wanted["egress"])),
            "tags": self._tags,
        }

    def create(self) -> None:
        answer = self._client.create_security_group(
            GroupName=self.name,
            Description=DESCRIPTION,
            VpcId=self._vpc,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": pairs(self._tags)}],
        )
        self.id = answer["GroupId"]
        self._live = {"ingress": frozenset(), "egress": frozenset({EVERYTHING})}
        self.update(frozenset({"ingress", "egress"}))

    def update(self, changed: frozenset[str]) -> None:
        for side in sorted(changed & self._wanted.keys()):
            self._converge(side, _resolved(self._wanted[side]))
        if "tags" in changed:
            self._client.create_tags(Resources=[self.id], Tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away as soon as no network interface holds it."""
        with absent("InvalidGroup.NotFound"):
            retried(
                self._aws,
                lambda: self._client.delete_security_group(GroupId=self.id),
                lambda error: error_code(error) == "DependencyViolation",
                what=f"no network interface uses the security group {self.name} any more",
                limit=LINGERING,
            )

    def _converge(self, side: str, rules: Rules) -> None:
        """Add first, then take away, so that nothing is shut in between."""
        missing, surplus = rules - self._live[side], self._live[side] - rules
        if missing:
            with absent("InvalidPermission.Duplicate"):
                self._call(f"authorize_security_group_{side}", missing)
        if surplus:
            with absent("InvalidPermission.NotFound"):
                self._call(f"revoke_security_group_{side}", surplus)

    def _call(self, operation: str, rules: Rules) -> None:
        permissions = [rule.permission() for rule in sorted(rules)]
        retried(
            self._aws,
            lambda: getattr(self._client, operation)(GroupId=self.id, IpPermissions=permissions),
            lambda error: error_code(error) == "InvalidGroup.NotFound",
            what=f"EC2 knows the security group {self.name}",
            limit=UNKNOWN,
        )

    @property
    def _client(self) -> Any:
        return self._aws.client("ec2")


Opening = tuple["str | SecurityGroup", int]
"""Addresses or another group, and the port that is open from there or to there."""


def _resolved(openings: Iterable[Opening]) -> Rules:
    return frozenset(
        Rule(str(peer.id if isinstance(peer, SecurityGroup) else peer), port)
        for peer, port in openings
    )


def _words(rules: Rules) -> tuple[str, ...]:
    return tuple(str(rule) for rule in sorted(rules))


def _rules(permissions: Iterable[Mapping[str, Any]]) -> Rules:
    return frozenset(
        Rule(
            peer,
            permission.get("FromPort", 0),
            permission["IpProtocol"],
            permission.get("ToPort", 0),
        ).normal()
        for permission in permissions
        for peer in _peers(permission)
    )


def _peers(permission: Mapping[str, Any]) -> list[str]:
    return [
        *(each["CidrIp"] for each in permission.get("IpRanges", [])),
        *(each["CidrIpv6"] for each in permission.get("Ipv6Ranges", [])),
        *(each["GroupId"] for each in permission.get("UserIdGroupPairs", [])),
        *(each["PrefixListId"] for each in permission.get("PrefixListIds", [])),
    ]
