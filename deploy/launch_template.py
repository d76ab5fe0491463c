"""The launch template: what an instance is, in numbered versions with full data."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.names import IMAGE_TAG, SERVER, Names
from deploy.network import Layout
from deploy.resource import Later, Settings
from deploy.security_group import SecurityGroup
from deploy.tags import owned, pairs
from deploy.timing import DRAIN, SHUTDOWN, Timing
from deploy.userdata import Machine, user_data

Data = dict[str, Any]
"""LaunchTemplateData, as EC2 has it."""

MACHINE_IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"


@dataclass(frozen=True, slots=True)
class Version:
    """One version: its number and its data."""

    number: int
    data: Data

    @property
    def digest(self) -> str:
        """The image that its instances run, "" before the first release."""
        for specification in self.data.get("TagSpecifications", []):
            for tag in specification["Tags"]:
                if tag["Key"] == IMAGE_TAG:
                    return str(tag["Value"])
        return ""


class LaunchTemplate:
    """A template whose newest version is as it is wanted.

    A change makes a new version with the image of the newest; instances get it at the next
    release, and with it the newest Amazon Linux. That one is not compared: AWS publishes another
    every week or two, and a plan that is never empty is read by nobody.
    """

    kind = "launch template"

    def __init__(
        self,
        aws: Aws,
        config: Config,
        names: Names,
        *,
        layout: Layout,
        timing: Timing,
        group: SecurityGroup,
        repository_uri: str,
    ) -> None:
        self.name = names.stem
        self.id: str | Later = Later(self.kind)
        self.latest: Version | None = None
        self._aws = aws
        self._config = config
        self._names = names
        self._layout = layout
        self._timing = timing
        self._group = group
        self._repository_uri = repository_uri
        self._tags = names.tags(SERVER)

    def find(self) -> Settings | None:
        self.id, self.latest = Later(self.kind), None
        with absent("InvalidLaunchTemplateName.NotFoundException"):
            (found,) = self._aws.pages(
                "ec2",
                "describe_launch_templates",
                "LaunchTemplates",
                LaunchTemplateNames=[self.name],
            )
            self.id = found["LaunchTemplateId"]
            self.latest = self.version(found["LatestVersionNumber"])
            return {
                **facts(self.latest.data),
                "tags": owned(self._live_tags(), self._tags),
            }
        return None

    def settings(self) -> Settings:
        digest = self.latest.digest if self.latest else ""
        return {**facts(self.render(digest, machine_image="")), "tags": self._tags}

    def create(self) -> None:
        self._client.create_launch_template(
            LaunchTemplateName=self.name,
            LaunchTemplateData=self.render("", machine_image=self.machine_image()),
            TagSpecifications=[{"ResourceType": "launch-template", "Tags": pairs(self._tags)}],
        )

    def update(self, changed: frozenset[str]) -> None:
        if "tags" in changed:
            self._client.create_tags(Resources=[self.id], Tags=pairs(self._tags))
        if changed - {"tags"}:
            self.add_version(self.latest.digest if self.latest else "")

    def delete(self) -> None:
        with absent("InvalidLaunchTemplateId.NotFound"):
            self._client.delete_launch_template(LaunchTemplateId=self.id)

    def render(self, digest: str, *, machine_image: str) -> Data:
        """The full data of a version that runs an image; "" runs none. Asks AWS nothing."""
        tags = self._tags | {"Name": self.name} | ({IMAGE_TAG: digest} if digest else {})
        data: Data = {
            "ImageId": machine_image,
            "InstanceType": self._config.server.instance_type,
            "IamInstanceProfile": {"Name": self._names.of(SERVER)},
            "NetworkInterfaces": [
                {
                    "DeviceIndex": 0,
                    "Groups": [str(self._group.id)],
                    "AssociatePublicIpAddress": self._layout.public,
                    "DeleteOnTermination": True,
                }
            ],
            "BlockDeviceMappings": [_volume(self._config.server.volume_gb)],
            "MetadataOptions": {
                "HttpEndpoint": "enabled",
                "HttpTokens": "required",
                "HttpPutResponseHopLimit": 1,
            },
            "TagSpecifications": [
                {"ResourceType": kind, "Tags": pairs(tags)} for kind in ("instance", "volume")
            ],
        }
        if digest:
            script = user_data(self._machine(digest))
            data["UserData"] = base64.b64encode(script.encode()).decode()
        return data

    def add_version(self, digest: str) -> Version:
        """A new version that runs an image, or the newest if it is just that already."""
        data = self.render(digest, machine_image=self.machine_image())
        if self.latest is not None and _same(self.latest.data, data):
            return self.latest
        answer = self._client.create_launch_template_version(
            LaunchTemplateId=self.id, LaunchTemplateData=data, ClientToken=self._token(data)
        )
        number = int(answer["LaunchTemplateVersion"]["VersionNumber"])
        self.latest = Version(number, data)
        return self.latest

    def version(self, number: int | str) -> Version:
        """One version of the template that is there."""
        (found,) = self._aws.pages(
            "ec2",
            "describe_launch_template_versions",
            "LaunchTemplateVersions",
            LaunchTemplateId=self.id,
            Versions=[str(number)],
        )
        return Version(int(found["VersionNumber"]), found["LaunchTemplateData"])

    def machine_image(self) -> str:
        """The id of the newest Amazon Linux 2023 for the architecture."""
        name = MACHINE_IMAGE + self._config.server.architecture
        return str(self._aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])

    def _live_tags(self) -> list[dict[str, str]]:
        filters = [{"Name": "resource-id", "Values": [self.id]}]
        return list(self._aws.pages("ec2", "describe_tags", "Tags", Filters=filters))

    def _machine(self, digest: str) -> Machine:
        return Machine(
            image=f"{self._repository_uri}@{digest}",
            region=self._aws.region,
            log_group=self._names.log_group(SERVER),
            memory_mb=self._config.server.memory_mb,
            stop_seconds=self._timing.stop,
            environment=self._environment(),
        )

    def _environment(self) -> Mapping[str, str]:
        ours = {
            DRAIN: f"{self._timing.drain:g}",
            SHUTDOWN: f"{self._timing.shutdown:g}",
            "ESTIMATOR_FORWARDED_ALLOW_IPS": ",".join(self._layout.cidrs),
        }
        return dict(sorted((ours | self._config.settings).items()))

    def _token(self, data: Data) -> str:
        """The same for the same data after the same version: a repeated call adds nothing."""
        before = self.latest.number if self.latest else 0
        text = json.dumps([str(self.id), before, data], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def _client(self) -> Any:
        return self._aws.client("ec2")


def facts(data: Data) -> Settings:
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
        "user_data": _hash(data.get("UserData", "")),
        "instance_tags": _tags(data),
    }


def _same(live: Data, wanted: Data) -> bool:
    return live.get("ImageId") == wanted["ImageId"] and facts(live) == facts(wanted)


def _tags(data: Data) -> dict[str, str]:
    return {
        tag["Key"]: tag["Value"]
        for specification in data.get("TagSpecifications", [])
        if specification["ResourceType"] == "instance"
        for tag in sorted(specification["Tags"], key=lambda each: str(each["Key"]))
    }


def _hash(user_data_base64: str) -> str:
    """A short name for a script: the script itself is no reading for a plan."""
    if not user_data_base64:
        return "none"
    return "sha256:" + hashlib.sha256(base64.b64decode(user_data_base64)).hexdigest()[:12]


def _volume(gigabytes: int) -> Data:
    disk = {"VolumeSize": gigabytes, "VolumeType": "gp3", "Encrypted": True}
    return {"DeviceName": "/dev/xvda", "Ebs": {**disk, "DeleteOnTermination": True}}
