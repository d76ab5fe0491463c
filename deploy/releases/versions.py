"""The numbered versions of a launch template, each with the image that it runs."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import ClientError

from deploy.aws import Aws, error_code
from deploy.errors import Refused
from deploy.names import IMAGE_TAG
from deploy.resource import Settings
from deploy.service_settings import masked, short

Data = dict[str, Any]
"""LaunchTemplateData, as EC2 has it."""


class NoTemplate(Refused):
    """The server has not been applied, or not to its end."""


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

    def is_like(self, data: Mapping[str, Any], *, exactly: bool = False) -> bool:
        """Whether it is what the data says; `exactly` compares the machine image too."""
        same = not exactly or self.data.get("ImageId") == data["ImageId"]
        return same and facts(self.data) == facts(data)


class Versions:
    """The versions of one template."""

    def __init__(self, aws: Aws, template: str) -> None:
        self._aws = aws
        self._template = template

    def all(self) -> list[Version]:
        """Every version, newest first. Raises `NoTemplate` if there is no such template."""
        found = self._aws.pages(
            "ec2",
            "describe_launch_template_versions",
            "LaunchTemplateVersions",
            LaunchTemplateName=self._template,
            PaginationConfig={"PageSize": 200},
        )
        try:
            versions = [_version(each) for each in found]
        except ClientError as error:
            if error_code(error) != "InvalidLaunchTemplateName.NotFoundException":
                raise
            raise NoTemplate(
                f"There is no launch template '{self._template}' in {self._aws.region}: "
                "`apply server` makes it."
            ) from error
        return sorted(versions, key=lambda each: int(each.number), reverse=True)

    def wanted(self, digest: str, data: Mapping[str, Any], *, exactly: bool = False) -> Version:
        """The newest version like this data, made if there is none; tried again, made once."""
        versions = self.all()
        known = next((each for each in versions if each.is_like(data, exactly=exactly)), None)
        return known or self._create(digest, data, after=versions[0].number)

    def add(self, digest: str, data: Mapping[str, Any]) -> Version:
        """A new version, newer than one that is like it too."""
        return self._create(digest, data, after=self.all()[0].number)

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
    return _tags(data).get(IMAGE_TAG, "")


def facts(data: Mapping[str, Any]) -> Settings:
    """The data in plain values, without the machine image and what AWS adds."""
    (interface,) = data.get("NetworkInterfaces") or [{}]
    (volume,) = data.get("BlockDeviceMappings") or [{}]
    disk = volume.get("Ebs", {})
    metadata = data.get("MetadataOptions", {})
    return {
        "instance_type": data.get("InstanceType"),
        "profile": data.get("IamInstanceProfile", {}).get("Name"),
        "security_groups": tuple(sorted(interface.get("Groups", []))),
        "public_address": interface.get("AssociatePublicIpAddress"),
        "volume": f"{disk.get('VolumeSize')} GiB {disk.get('VolumeType')}, "
        f"{'encrypted' if disk.get('Encrypted') else 'not encrypted'}",
        "metadata": f"tokens {metadata.get('HttpTokens')}, "
        f"{metadata.get('HttpPutResponseHopLimit')} hop",
        "user_data": _script(data.get("UserData", "")),
        "instance_tags": _tags(data),
    }


def _tags(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        tag["Key"]: tag["Value"]
        for specification in data.get("TagSpecifications", [])
        if specification["ResourceType"] == "instance"
        for tag in sorted(specification["Tags"], key=lambda each: str(each["Key"]))
    }


def _script(user_data_base64: str) -> str:
    """The script without what is masked, for its lines to be compared; a short name for no text."""
    content = base64.b64decode(user_data_base64)
    try:
        return masked(content.decode())
    except UnicodeDecodeError:
        return short(content)
