"""Launch template versions: which one a group or an instance has, told by its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.core.exceptions import ServiceException
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate

from tests.twin.gate import Refusal
from tests.twin.place import Place

ID_TAG = "aws:ec2launchtemplate:id"
VERSION_TAG = "aws:ec2launchtemplate:version"
MOVING = {None, "$Latest", "$Default"}  # a version that is not a number


@dataclass(frozen=True)
class Target:
    """A launch template in one numbered version: what an instance is launched from."""

    template: LaunchTemplate
    version: int

    @property
    def data(self) -> dict[str, Any]:
        return self.template.get_version(self.version).data

    def specification(self) -> dict[str, str]:
        return {
            "LaunchTemplateId": self.template.id,
            "LaunchTemplateName": self.template.name,
            "Version": str(self.version),
        }

    def launched(self, instance: Instance) -> bool:
        return origin(instance) == (self.template.id, self.version)


def specification(params: dict[str, Any]) -> dict[str, Any] | None:
    """The launch template that a group's parameters or a desired configuration name."""
    mixed = params.get("MixedInstancesPolicy") or {}
    return (
        params.get("LaunchTemplate")
        or mixed.get("LaunchTemplate", {}).get("LaunchTemplateSpecification")
        or None
    )


def find(place: Place, spec: dict[str, Any]) -> Target:
    """The version that a specification names; refused in the words of Auto Scaling."""
    try:
        if "LaunchTemplateId" in spec:
            template = place.ec2.get_launch_template(spec["LaunchTemplateId"])
        else:
            template = place.ec2.get_launch_template_by_name(spec["LaunchTemplateName"])
        return _numbered(template, spec.get("Version"))
    except ServiceException as missing:
        raise invalid(missing.message) from missing


def own(group: FakeAutoScalingGroup) -> Target:
    """What the group launches by itself; refused if it has no launch template."""
    if group.ec2_launch_template is None:
        raise invalid(f"The group {group.name} has none.")
    return _numbered(group.ec2_launch_template, group.launch_template_version)


def adopt(group: FakeAutoScalingGroup, target: Target, *, alone: bool = False) -> None:
    """Make `target` the group's own; `alone` without the policy of mixed instances that it had."""
    version = str(target.version)
    group.ec2_launch_template = target.template
    group.launch_template_version = group.provided_launch_template_version = version
    if alone:
        group.mixed_instances_policy = None
    if group.mixed_instances_policy:
        template = group.mixed_instances_policy["LaunchTemplate"]
        template["LaunchTemplateSpecification"] = target.specification()


def origin(instance: Instance) -> tuple[str, int] | None:
    """The id and version of the template that launched an instance; None if none did."""
    tags = tags_of(instance)
    return (tags[ID_TAG], int(tags[VERSION_TAG])) if ID_TAG in tags else None


def tags_of(instance: Instance) -> dict[str, str]:
    """An instance's tags; moto's own way to ask reads the tags of every resource."""
    return dict(instance.ec2_backend.tags[instance.id])


def invalid(message: str) -> Refusal:
    return Refusal(
        "ValidationError", f"You must use a valid fully-formed launch template. {message}"
    )


def _numbered(template: LaunchTemplate, version: str | int | None) -> Target:
    return Target(template, int(template.get_version(version or "$Default").number))
