"""What somebody does by hand to what stands, so that apply and destroy have it to undo."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.names import SERVER, Names
from deploy.tags import pairs
from tests.twin.twin import Twin

STEM = "shop-production"


def tamper(twin: Twin, door: str) -> None:
    """More rules, another target group, a policy on a role: none of them is in the code."""
    twin.client("iam").attach_role_policy(
        RoleName=f"{STEM}-{door}-{twin.region}", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"
    )
    if door == SERVER:
        _open_ports(twin)
        _attach_targets(twin)


def lose_group(twin: Twin) -> None:
    """Delete the group with its instances, as if it had never been."""
    with twin.aside():
        twin.client("autoscaling").delete_auto_scaling_group(
            AutoScalingGroupName=STEM, ForceDelete=True
        )
        twin.clock.advance(900)


@contextmanager
def lingering_volume(twin: Twin, door: str) -> Iterator[None]:
    """A volume that its instance has left behind, until somebody deletes it."""
    ec2, tags = twin.client("ec2"), pairs(Names("shop", "production").tags(door))
    with twin.aside():
        volume = ec2.create_volume(
            AvailabilityZone="us-east-1a",
            Size=8,
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
        )
    yield
    with twin.aside():
        ec2.delete_volume(VolumeId=volume["VolumeId"])


def _open_ports(twin: Twin) -> None:
    ec2 = twin.client("ec2")
    everybody = {"FromPort": 22, "ToPort": 22, "IpProtocol": "tcp"}
    rule = {**everybody, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        if group["GroupName"].startswith(STEM):
            ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[rule])


def _attach_targets(twin: Twin) -> None:
    vpc = twin.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    made = twin.client("elbv2").create_target_group(
        Name="another", Protocol="HTTP", Port=80, VpcId=vpc
    )
    twin.client("autoscaling").attach_load_balancer_target_groups(
        AutoScalingGroupName=STEM, TargetGroupARNs=[made["TargetGroups"][0]["TargetGroupArn"]]
    )
