"""What is left of a deployment, by its tags: to see who shares a thing, and that all is gone."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.aws import Aws, absent
from deploy.names import MANAGED, SHARED, Names
from deploy.waiting import until

SETTLING = 300.0
"""Seconds in which AWS's list of tagged things follows what has been deleted."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """One thing that carries our tags."""

    arn: str
    environment: str
    door: str


def tagged(aws: Aws, tags: Mapping[str, str]) -> list[Tagged]:
    """Everything in the region that carries these tags, sorted.

    The list is AWS's own; it has no roles, scaling groups, alarms or dashboards, which is why
    each resource is asked for besides.
    """
    filters = [{"Key": key, "Values": [value]} for key, value in sorted(tags.items())]
    found = aws.pages(
        "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TagFilters=filters
    )
    things = []
    for each in found:
        values = {tag["Key"]: tag["Value"] for tag in each["Tags"]}
        things.append(
            Tagged(each["ResourceARN"], values.get("environment", ""), values.get("door", ""))
        )
    here = (each for each in things if _is_here(aws, each.arn) and _exists(aws, each.arn))
    return sorted(here, key=lambda each: each.arn)


def others(aws: Aws, names: Names, door: str) -> list[Tagged]:
    """What other doors and environments of the service have; logs that were kept do not count."""
    ours = {"service": names.name, **MANAGED}
    return [
        each
        for each in tagged(aws, ours)
        if (each.environment, each.door) != (names.environment, door)
        and each.door not in ("", SHARED)
        and ":log-group:" not in each.arn
    ]


def wait_until_gone(aws: Aws, names: Names, door: str, kept: frozenset[str]) -> None:
    """Wait until nothing of the door is listed any more but what was kept.

    Raises `TimedOut` if something still is.
    """
    tags = {"service": names.name, "environment": names.environment, "door": door}

    def gone() -> bool:
        left = [each.arn for each in tagged(aws, tags) if each.arn not in kept]
        if left:
            aws.say(f"still listed: {', '.join(left)}")
        return not left

    until(aws, gone, what="AWS lists nothing of it any more", limit=SETTLING)


def _is_here(aws: Aws, arn: str) -> bool:
    """Whether a thing is this region's: us-east-1 lists what IAM has for all of them."""
    return ":iam:" not in arn or arn.endswith(f"-{aws.region}")


def _exists(aws: Aws, arn: str) -> bool:
    """Whether a listed thing is more than the memory of one: ended instances are listed on."""
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if ":ec2:" not in arn or kind not in ("instance", "volume"):
        return True
    with absent("InvalidInstanceID.NotFound", "InvalidVolume.NotFound"):
        if kind == "volume":
            return any(
                True for _ in aws.pages("ec2", "describe_volumes", "Volumes", VolumeIds=[name])
            )
        reservations = aws.pages("ec2", "describe_instances", "Reservations", InstanceIds=[name])
        states = [each["State"]["Name"] for one in reservations for each in one["Instances"]]
        return any(state != "terminated" for state in states)
    return False
