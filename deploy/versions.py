"""The numbered versions of a launch template, each with the image that it runs."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from deploy.aws import Aws
from deploy.launch_template import facts
from deploy.names import IMAGE_TAG


class Rendering(Protocol):
    """Makes the full data of a launch template that runs an image."""

    def render(self, digest: str) -> Mapping[str, Any]:
        """The data, as CreateLaunchTemplateVersion takes it."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version. `digest` is "" for one that was made before there was an image."""

    number: str
    digest: str
    data: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    default: bool = False

    def is_like(self, data: Mapping[str, Any]) -> bool:
        """Whether it is what the data says, whatever Amazon Linux has published since."""
        return bool(facts(dict(self.data)) == facts(dict(data)))


class Versions:
    """The versions of one template."""

    def __init__(self, aws: Aws, template: str) -> None:
        self._aws = aws
        self._template = template

    def all(self) -> list[Version]:
        """Every version, newest first."""
        found = self._aws.pages(
            "ec2",
            "describe_launch_template_versions",
            "LaunchTemplateVersions",
            LaunchTemplateName=self._template,
            PaginationConfig={"PageSize": 200},
        )
        versions = [_version(each) for each in found]
        return sorted(versions, key=lambda each: int(each.number), reverse=True)

    def wanted(self, digest: str, data: Mapping[str, Any]) -> Version:
        """The newest version like this data, made if there is none; tried again, made once."""
        versions = self.all()
        known = next((each for each in versions if each.is_like(data)), None)
        return known or self._create(digest, data, after=versions[0].number)

    def delete(self, numbers: list[str]) -> None:
        """Delete versions; those that are gone already are no fault."""
        for first in range(0, len(numbers), 200):
            self._aws.client("ec2").delete_launch_template_versions(
                LaunchTemplateName=self._template, Versions=numbers[first : first + 200]
            )

    def _create(self, digest: str, data: Mapping[str, Any], *, after: str) -> Version:
        text = json.dumps([self._template, after, dict(data)], sort_keys=True)
        answer = self._aws.client("ec2").create_launch_template_version(
            LaunchTemplateName=self._template,
            LaunchTemplateData=dict(data),
            VersionDescription=digest,
            ClientToken=hashlib.sha256(text.encode()).hexdigest(),
        )
        return Version(str(answer["LaunchTemplateVersion"]["VersionNumber"]), digest, data)


def _version(described: Mapping[str, Any]) -> Version:
    data = described["LaunchTemplateData"]
    default = bool(described.get("DefaultVersion"))
    return Version(str(described["VersionNumber"]), image_of(data), data, default=default)


def image_of(data: Mapping[str, Any]) -> str:
    """The digest that a template gives its instances as a tag, or ""."""
    tags = (
        tag
        for each in data.get("TagSpecifications", ())
        if each.get("ResourceType") == "instance"
        for tag in each.get("Tags", ())
    )
    return next((str(tag["Value"]) for tag in tags if tag["Key"] == IMAGE_TAG), "")
