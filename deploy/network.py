"""Where it stands: a VPC and subnets that exist; none are ever made, and no NAT gateway."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws
from deploy.config import Config
from deploy.errors import Refused

ZONES = 2
"""Zones that are used, where they are not given: each public address costs money."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A VPC with its address ranges, and the subnets of balancer and instances, sorted.

    `public` instances have an address of their own, to reach the registry without a NAT gateway.
    """

    vpc: str
    cidrs: tuple[str, ...]
    balancer_subnets: tuple[str, ...]
    instance_subnets: tuple[str, ...]
    public: bool


def layout_of(aws: Aws, config: Config) -> Layout:
    """The layout that the configuration gives, or the default VPC's. Writes nothing.

    Raises `Refused` if there is no such network, or if it has fewer than two zones.
    """
    network = config.network
    if network.balancer_subnets:
        return _given(aws, network.balancer_subnets, network.instance_subnets)
    vpc = network.vpc or _default_vpc(aws)
    subnets = _public_subnets(aws, vpc, config)
    return Layout(vpc, _cidrs(aws, vpc), subnets, subnets, public=True)


def _given(aws: Aws, balancer: tuple[str, ...], instances: tuple[str, ...]) -> Layout:
    wanted = sorted({*balancer, *instances})
    found = {
        subnet["SubnetId"]: subnet
        for subnet in aws.pages("ec2", "describe_subnets", "Subnets", SubnetIds=wanted)
    }
    vpcs = {subnet["VpcId"] for subnet in found.values()}
    if len(vpcs) != 1:
        raise Refused(f"network: the subnets are in several VPCs: {', '.join(sorted(vpcs))}.")
    for key, names in (("balancer_subnets", balancer), ("instance_subnets", instances)):
        zones = {found[name]["AvailabilityZone"] for name in names}
        if len(zones) < ZONES:
            raise Refused(
                f"network.{key}: all are in zone {', '.join(zones)}; name subnets of at least two."
            )
    vpc = vpcs.pop()
    public = all(found[name].get("MapPublicIpOnLaunch") for name in instances)
    return Layout(
        vpc, _cidrs(aws, vpc), tuple(sorted(balancer)), tuple(sorted(instances)), public=public
    )


def _default_vpc(aws: Aws) -> str:
    filters = [{"Name": "is-default", "Values": ["true"]}]
    for vpc in aws.pages("ec2", "describe_vpcs", "Vpcs", Filters=filters):
        return str(vpc["VpcId"])
    raise Refused(
        f"{aws.region} has no default VPC. Make one with `aws ec2 create-default-vpc`, or name "
        "subnets in [network] of the configuration."
    )


def _cidrs(aws: Aws, vpc: str) -> tuple[str, ...]:
    (found,) = aws.pages("ec2", "describe_vpcs", "Vpcs", VpcIds=[vpc])
    blocks = found.get("CidrBlockAssociationSet") or [{"CidrBlock": found["CidrBlock"]}]
    return tuple(sorted(block["CidrBlock"] for block in blocks))


def _public_subnets(aws: Aws, vpc: str, config: Config) -> tuple[str, ...]:
    """One public subnet in each of two zones that have the instance type."""
    filters = [
        {"Name": "vpc-id", "Values": [vpc]},
        {"Name": "map-public-ip-on-launch", "Values": ["true"]},
    ]
    subnets = list(aws.pages("ec2", "describe_subnets", "Subnets", Filters=filters))
    zones = _zones_offering(aws, config.server.instance_type)
    chosen = _one_a_zone(subnet for subnet in subnets if subnet["AvailabilityZone"] in zones)
    if len(chosen) < ZONES:
        raise Refused(
            f"{vpc} has public subnets in {len(chosen)} of the zones that offer "
            f"{config.server.instance_type} ({', '.join(sorted(zones)) or 'none'}); two are "
            "needed. Choose another instance type, or name subnets in [network]."
        )
    return tuple(sorted(chosen[:ZONES]))


def _one_a_zone(subnets: Iterable[dict[str, Any]]) -> list[str]:
    by_zone: dict[str, str] = {}
    for subnet in sorted(subnets, key=lambda each: (each["AvailabilityZone"], each["SubnetId"])):
        by_zone.setdefault(subnet["AvailabilityZone"], subnet["SubnetId"])
    return list(by_zone.values())


def _zones_offering(aws: Aws, instance_type: str) -> set[str]:
    offerings = aws.pages(
        "ec2",
        "describe_instance_type_offerings",
        "InstanceTypeOfferings",
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": [instance_type]}],
    )
    return {offering["Location"] for offering in offerings}
