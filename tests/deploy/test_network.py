"""The network: what is chosen, and what is refused."""

import msgspec
import pytest

from deploy.config import Network
from deploy.errors import Refused
from deploy.network import Layout, layout_of
from tests.deploy.worlds import CONFIG, World
from tests.twin.twin import Twin


def _layout(twin: Twin, **network: object) -> Layout:
    given = msgspec.convert(network, Network)
    return layout_of(World(twin).aws, msgspec.structs.replace(CONFIG, network=given))


def _zones(twin: Twin, subnets: tuple[str, ...]) -> list[str]:
    found = twin.client("ec2").describe_subnets(SubnetIds=list(subnets))["Subnets"]
    return sorted(subnet["AvailabilityZone"] for subnet in found)


def _private_subnets(twin: Twin, *zones: str) -> list[str]:
    ec2 = twin.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate(zones)
    ]


def test_the_default_vpc_gives_two_zones(twin: Twin) -> None:
    """Its public subnets, for balancer and instances alike."""
    layout = _layout(twin)
    assert layout.public
    assert layout.balancer_subnets == layout.instance_subnets
    assert _zones(twin, layout.instance_subnets) == ["us-east-1a", "us-east-1b"]
    assert layout.cidrs == ("172.31.0.0/16",)


def test_the_choice_is_stable(twin: Twin) -> None:
    """Asked twice, it is the same."""
    assert _layout(twin) == _layout(twin)


def test_given_subnets_are_taken(twin: Twin) -> None:
    """Instances in private ones have no public address."""
    first, second, third, fourth = _private_subnets(
        twin, "us-east-1a", "us-east-1b", "us-east-1a", "us-east-1b"
    )
    layout = _layout(twin, balancer_subnets=[first, second], instance_subnets=[third, fourth])
    assert not layout.public
    assert layout.instance_subnets == tuple(sorted([third, fourth]))
    assert layout.cidrs == ("10.0.0.0/16",)


def test_one_zone_is_too_few(twin: Twin) -> None:
    """A balancer needs two, and so does surviving the loss of one."""
    subnets = _private_subnets(twin, "us-east-1a", "us-east-1a")
    with pytest.raises(Refused, match="all are in zone us-east-1a"):
        _layout(twin, balancer_subnets=subnets, instance_subnets=subnets)


def test_two_vpcs_are_too_many(twin: Twin) -> None:
    """They do not reach each other."""
    balancer = _private_subnets(twin, "us-east-1a", "us-east-1b")
    instances = _private_subnets(twin, "us-east-1a", "us-east-1b")
    with pytest.raises(Refused, match="several VPCs"):
        _layout(twin, balancer_subnets=balancer, instance_subnets=instances)


def test_a_region_without_a_default_vpc_says_how_to_get_one(twin: Twin) -> None:
    """Or how to do without."""
    ec2 = twin.client("ec2")
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    with pytest.raises(Refused, match=r"create-default-vpc.*\[network\]"):
        _layout(twin)
