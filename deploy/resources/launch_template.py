"""The launch template: what an instance is, in numbered versions with full data."""

import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.names import IMAGE_TAG, MACHINE_IMAGES, SERVER, Names
from deploy.network import Layout
from deploy.releases.fleet import launched
from deploy.releases.history import History
from deploy.releases.store import NoBucket
from deploy.releases.versions import Data, Version, Versions, facts
from deploy.resource import Later, Settings
from deploy.resources.security_group import SecurityGroup
from deploy.tags import owned, pairs
from deploy.timing import DRAIN, SHUTDOWN, Timing
from deploy.userdata import Machine, user_data


class LaunchTemplate:
    """A template with a version that runs the group's image as it is wanted.

    A change makes a new version with that image, not with the newest, which a release may have
    found bad; instances get it at the next release. A release of another image brings the newest
    Amazon Linux, one of the same image if it is asked to. It is not compared here: AWS publishes
    another every week or two, and a plan that is never empty is read by nobody.
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
        self._all: tuple[Version, ...] = ()
        self._digest = ""
        self._history = History(aws, names.bucket(aws.account, aws.region), SERVER)
        self._versions = Versions(aws, self.name)
        self._aws = aws
        self._config = config
        self._names = names
        self._layout = layout
        self._timing = timing
        self._group = group
        self._repository_uri = repository_uri
        self._tags = names.tags(SERVER)

    @property
    def arn(self) -> str:
        """Its ARN, once it was found."""
        return self._aws.arn("ec2", f"launch-template/{self.id}")

    def find(self) -> Settings | None:
        self.id, self.latest, self._all, self._digest = Later(self.kind), None, (), ""
        with absent("InvalidLaunchTemplateName.NotFoundException"):
            (found,) = self._aws.pages(
                "ec2",
                "describe_launch_templates",
                "LaunchTemplates",
                LaunchTemplateNames=[self.name],
            )
            self.id = found["LaunchTemplateId"]
            self._all = tuple(self._versions.all())
            self._digest = self._good_digest()
            same = (each for each in self._all if each.digest == self._digest)
            self.latest = next(same, self._all[0])
            return {
                **facts(self.latest.data),
                "tags": owned(self._live_tags(), self._tags),
            }
        return None

    def settings(self) -> Settings:
        return {**facts(self.render(self._digest, machine_image="")), "tags": self._tags}

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
            self._versions.add(self._digest, self._data(self._digest))

    def delete(self) -> None:
        with absent("InvalidLaunchTemplateId.NotFound"):
            self._client.delete_launch_template(LaunchTemplateId=self.id)

    def render(self, digest: str, *, machine_image: str) -> Data:
        """The full data of a version that runs an image; "" runs none. Asks AWS nothing."""
        tags = self._tags | {"Name": self.name} | ({IMAGE_TAG: digest} if digest else {})
        data: Data = {
            "ImageId": machine_image,
            "InstanceType": self._config.server.instance_type,
            "IamInstanceProfile": {"Name": self._names.worldwide(SERVER, self._aws.region)},
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
        """The version that runs an image as it is wanted, made if there is none."""
        return self._versions.wanted(digest, self._data(digest))

    def version(self, number: str) -> Version | None:
        """One of the versions that were found."""
        return next((each for each in self._all if each.number == number), None)

    def machine_image(self) -> str:
        """The id of the newest Amazon Linux 2023 for the architecture."""
        name = MACHINE_IMAGES + self._config.server.architecture
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

    def _data(self, digest: str) -> Data:
        return self.render(digest, machine_image=self.machine_image())

    def _good_digest(self) -> str:
        """The image of the group; of one that has to be made again what was good last."""
        number = launched(self._aws, self.name)
        running = self.version(number) if number is not None else None
        if running is not None:
            return running.digest
        digests = {each.digest for each in self._all} - {""}
        released = self._released() if digests else ""
        return released if released in digests else ""

    def _released(self) -> str:
        with suppress(NoBucket):
            record = self._history.last_success()
            return record.digest if record is not None else ""
        return ""

    @property
    def _client(self) -> Any:
        return self._aws.client("ec2")


def _volume(gigabytes: int) -> Data:
    disk = {"VolumeSize": gigabytes, "VolumeType": "gp3", "Encrypted": True}
    return {"DeviceName": "/dev/xvda", "Ebs": {**disk, "DeleteOnTermination": True}}
