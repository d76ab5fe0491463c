"""The fleet as it is now: the group, its instances, what each runs, and how it is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws
from deploy.errors import Refused
from deploy.names import IMAGE_TAG

HEALTHY = "healthy"

_VALUES = 200
"""How many values EC2 takes in one filter."""


@dataclass(frozen=True, slots=True)
class Member:
    """An instance of the group. `health`, `reason` and `text` are the target group's words."""

    instance: str
    lifecycle: str
    digest: str
    version: str
    health: str = "unused"
    reason: str = ""
    text: str = ""

    @property
    def leaving(self) -> bool:
        """Whether it is on its way out."""
        return self.lifecycle.startswith("Terminat")

    @property
    def serves(self) -> bool:
        """Whether it answers requests."""
        return self.lifecycle == "InService" and self.health == HEALTHY

    def __str__(self) -> str:
        why = ", ".join(filter(None, (self.reason, self.text)))
        return f"{self.instance} {self.lifecycle}, {self.health}" + (f" ({why})" if why else "")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The group. `template` is its own launch template, `mixed` its whole policy if it has one."""

    name: str
    sizes: tuple[int, int, int]
    template: Mapping[str, Any]
    mixed: Mapping[str, Any] | None
    grace: float
    members: tuple[Member, ...]

    @property
    def version(self) -> str:
        """The number of the template's version that the group itself launches."""
        return str(self.template.get("Version", ""))

    @property
    def desired(self) -> int:
        """How many instances it should have."""
        return self.sizes[1]

    @property
    def empty(self) -> bool:
        """Whether it may hold nothing: so it is before the first release."""
        return self.sizes[2] == 0

    @property
    def by_digest(self) -> dict[str, int]:
        """How many instances stay, by what they run."""
        return dict(Counter(each.digest for each in self.members if not each.leaving))

    def others(self, digest: str) -> list[str]:
        """What instances run that stay, but for this image."""
        return sorted(self.by_digest.keys() - {digest})

    def serving(self, digest: str) -> int:
        """How many instances answer requests with this image."""
        return sum(each.serves for each in self.members if each.digest == digest)

    def runs(self, digest: str, version: str) -> bool:
        """Whether it is at this version, and every instance that there should be serves it."""
        stay = [each for each in self.members if not each.leaving]
        settled = all(each.serves and each.digest == digest for each in stay)
        return self.launched_from(version) and settled and len(stay) >= self.desired

    def launched_from(self, version: str) -> bool:
        """Whether the group itself is at this version, and so is every instance that stays."""
        stay = (each for each in self.members if not each.leaving)
        return self.version == version and all(each.version == version for each in stay)


def look(aws: Aws, name: str, digests: dict[str, str] | None = None) -> Fleet:
    """The fleet now. Raises `Refused` if there is no such group.

    `digests` are what is known of instances from earlier looks, and learns what this one finds:
    what an instance runs never changes.
    """
    answer = aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    if not answer["AutoScalingGroups"]:
        raise no_group(aws, name)
    group = answer["AutoScalingGroups"][0]
    mixed = group.get("MixedInstancesPolicy")
    return Fleet(
        name,
        (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]),
        template=template_of(group),
        mixed=mixed,
        grace=float(group.get("HealthCheckGracePeriod", 0)),
        members=tuple(_members(aws, group, {} if digests is None else digests)),
    )


def no_group(aws: Aws, name: str) -> Refused:
    """What is said of a group that is not there."""
    return Refused(f"There is no group '{name}' in {aws.region}: `apply server` makes it.")


def launched(aws: Aws, name: str) -> str | None:
    """The number of the template's version that a group launches; None if there is no group."""
    answer = aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    numbers = (template_of(group).get("Version") for group in answer["AutoScalingGroups"])
    return next(numbers, None)


def template_of(group: Mapping[str, Any]) -> Mapping[str, Any]:
    """The launch template of a described group, and which version of it."""
    mixed: Mapping[str, Any] | None = group.get("MixedInstancesPolicy")
    own: Mapping[str, Any] = group.get("LaunchTemplate") or {}
    return mixed["LaunchTemplate"]["LaunchTemplateSpecification"] if mixed else own


def _members(aws: Aws, group: Mapping[str, Any], digests: dict[str, str]) -> list[Member]:
    ids = [each["InstanceId"] for each in group["Instances"]]
    if not ids:
        return []
    unknown = [each for each in ids if each not in digests]
    if unknown:
        digests |= _digests(aws, unknown)
    health = _health(aws, group.get("TargetGroupARNs", ()))
    return [
        Member(
            each["InstanceId"],
            each["LifecycleState"],
            digests.get(each["InstanceId"], ""),
            str(each.get("LaunchTemplate", {}).get("Version", "")),
            *health.get(each["InstanceId"], ()),
        )
        for each in group["Instances"]
    ]


def _digests(aws: Aws, ids: list[str]) -> dict[str, str]:
    """What the instances run, by their tags: the one marker that always tells the truth."""
    digests: dict[str, str] = {}
    for first in range(0, len(ids), _VALUES):
        filters = [
            {"Name": "resource-id", "Values": ids[first : first + _VALUES]},
            {"Name": "key", "Values": [IMAGE_TAG]},
        ]
        found = aws.pages("ec2", "describe_tags", "Tags", Filters=filters)
        digests |= {tag["ResourceId"]: tag["Value"] for tag in found}
    return digests


def _health(aws: Aws, target_groups: tuple[str, ...]) -> dict[str, tuple[str, str, str]]:
    """State, reason and description of each target."""
    health = {}
    for arn in target_groups:
        answer = aws.client("elbv2").describe_target_health(TargetGroupArn=arn)
        for each in answer["TargetHealthDescriptions"]:
            said = each["TargetHealth"]
            words = (said["State"], said.get("Reason", ""), said.get("Description", ""))
            health[each["Target"]["Id"]] = words
    return health
