"""Launching one real moto instance exactly as one version of a launch template says."""

from __future__ import annotations

from collections import Counter
from typing import Any

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup
from moto.ec2.models import EC2Backend
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance

from tests.twin.gate import Refusal
from tests.twin.place import Place
from tests.twin.templates import Target


def place_of(group: FakeAutoScalingGroup) -> Place:
    return Place(group.account_id, group.region)


def launch(group: FakeAutoScalingGroup, target: Target) -> Instance:
    """One instance of that version, in the zone that has fewest.

    Raises moto's ServiceException where EC2 would refuse.
    """
    data, ec2 = target.data, place_of(group).ec2
    _check_architecture(ec2, data["ImageId"], _instance_type(group, data))
    reservation = ec2.run_instances(
        data["ImageId"],
        1,
        data.get("UserData"),
        data.get("SecurityGroups", []),
        **_wishes(group, data),
        launch_template=target.specification(),
    )
    instance = reservation.instances[0]
    _associate_profile(ec2, instance, data.get("IamInstanceProfile", {}))
    return instance


def _wishes(group: FakeAutoScalingGroup, data: dict[str, Any]) -> dict[str, Any]:
    """What moto's run_instances is told besides image and user data."""
    wishes: dict[str, Any] = {
        "instance_type": _instance_type(group, data),
        "is_instance_type_default": False,
        "region_name": group.region,
        "security_group_ids": data.get("SecurityGroupIds", []),
        "nics": data.get("NetworkInterfaces", []),
        "metadata_options": data.get("MetadataOptions", {}),
        "monitoring_state": "enabled" if data.get("Monitoring", {}).get("Enabled") else "disabled",
        "ebs_optimized": data.get("EbsOptimized", False),
        "associate_public_ip": None,  # as the subnet has it
        "tags": {"instance": group.get_propagated_tags() | {ASG_NAME_TAG: group.name}},
    } | _where(group)
    if data.get("BlockDeviceMappings"):
        wishes["block_device_mappings"] = [_device(one) for one in data["BlockDeviceMappings"]]
    return wishes


def _where(group: FakeAutoScalingGroup) -> dict[str, str]:
    """The subnet (or zone, where no subnet is named) with the fewest instances of the group."""
    taken: Counter[str | None] = Counter()
    if group.vpc_zone_identifier:
        taken.update(one.instance.subnet_id for one in group.instance_states)
        return {"subnet_id": min(group.vpc_zone_identifier.split(","), key=lambda x: taken[x])}
    taken.update(one.availability_zone for one in group.instance_states)
    return {"placement": min(group.availability_zones, key=lambda x: taken[x])}


def _instance_type(group: FakeAutoScalingGroup, data: dict[str, Any]) -> str:
    overrides = (group.mixed_instances_policy or {}).get("LaunchTemplate", {}).get("Overrides", [])
    return str(overrides[0]["InstanceType"] if overrides else data["InstanceType"])


def _device(mapping: dict[str, Any]) -> dict[str, Any]:
    """A block device as moto wants it: the size of the image's disk is not known, so 8 GiB."""
    return {"NoDevice": None} | mapping | {"Ebs": {"VolumeSize": 8} | mapping.get("Ebs", {})}


def _check_architecture(ec2: EC2Backend, image_id: str, instance_type: str) -> None:
    images = ec2.describe_images(filters={"image-id": [image_id]})
    supported = INSTANCE_TYPES.get(instance_type, {}).get("ProcessorInfo", {})
    architectures = supported.get("SupportedArchitectures", [])
    if images and architectures and images[0].architecture not in architectures:
        raise Refusal(
            "InvalidParameterValue",
            f"The architecture '{','.join(architectures)}' of the specified instance type does "
            f"not match the architecture '{images[0].architecture}' of the specified AMI.",
        )


def _associate_profile(ec2: EC2Backend, instance: Instance, profile: dict[str, str]) -> None:
    if profile:
        ec2.associate_iam_instance_profile(
            instance.id,
            iam_instance_profile_name=profile.get("Name"),
            iam_instance_profile_arn=profile.get("Arn"),
        )
