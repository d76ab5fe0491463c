"""A small AWS with a server as `apply` leaves it: an empty group, a bucket, images, alarms."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import msgspec

from deploy.aws import Aws
from deploy.config import Config, Release, Server
from deploy.names import IMAGE_TAG, names_of
from deploy.releases.attempt import Attempt, Order
from deploy.releases.history import History, Record
from deploy.releases.lease import Lease
from deploy.releases.place import Place, place_of
from deploy.releases.progress import Progress
from deploy.releases.rollout import Rollout
from tests.deploy.fakes import FakeRendering, FakeSmoke
from tests.deploy.ground import add_alarm, add_group
from tests.twin.environment import ACCOUNT, REGION
from tests.twin.twin import Twin

AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
CONFIG = Config(
    name="shop",
    region="us-east-1",
    environment="staging",
    server=Server(
        instance_type="t3.micro", architecture="x86_64", min=2, desired=2, max=4, warmup_seconds=10
    ),
    release=Release(bake_seconds=60, timeout_seconds=7200),
)
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@dataclass
class Scene:
    """A world and the means to release in it, over and over."""

    twin: Twin
    aws: Aws
    place: Place
    rendering: FakeRendering
    smoke: FakeSmoke
    config: Config = CONFIG
    said: io.StringIO = field(default_factory=io.StringIO)
    runs: int = 0

    def history(self) -> History:
        return History(self.aws, self.place.bucket, self.place.door)

    def attempt(self, *, timeout: float | None = None) -> Attempt:
        """An attempt of a run of its own."""
        self.runs += 1
        lease = Lease(
            self.aws, self.place.bucket, self.place.door, owner="ann", token=f"run {self.runs}"
        )
        progress = Progress(self.said, self.aws.clock)
        limit = self.config.release.timeout_seconds if timeout is None else timeout
        return Attempt(
            self.aws, lease, self.history(), progress, where=self.place.where, timeout=limit
        )

    def rollout(self, *, timeout: float | None = None) -> Rollout:
        return Rollout(
            self.attempt(timeout=timeout),
            self.place,
            self.config,
            self.rendering,
            self.smoke,
            complete=lambda: None,
        )

    def release(self, digest: str, **wishes: Any) -> Record:
        """Release an image as a command would."""
        return self.rollout().release(Order(digest, "ann", **wishes))

    def records(self) -> list[Record]:
        """The history, newest first, unseen by the recorder and out of the faults' reach."""
        with self.twin.aside():
            return list(self.history().newest())

    def group(self) -> dict[str, Any]:
        with self.twin.aside():
            answer = self.twin.client("autoscaling").describe_auto_scaling_groups(
                AutoScalingGroupNames=[self.place.group]
            )
        return dict(answer["AutoScalingGroups"][0])

    def serving(self) -> dict[str, int]:
        """How many instances stay, by what they run."""
        with self.twin.aside():
            return running(self.twin, self.place.group)

    def versions(self) -> list[tuple[int, str]]:
        """The template's versions and their descriptions."""
        with self.twin.aside():
            answer = self.twin.client("ec2").describe_launch_template_versions(
                LaunchTemplateName=self.place.template
            )
        found = answer["LaunchTemplateVersions"]
        return sorted((each["VersionNumber"], each["VersionDescription"]) for each in found)

    def end(self) -> dict[str, Any]:
        """What counts in the end, whatever way led there."""
        group = self.group()
        return {
            "sizes": (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]),
            "version": group["LaunchTemplate"]["Version"],
            "serving": self.serving(),
            "versions": self.versions(),
            "outcome": self.records()[0].outcome,
            "digest": self.records()[0].digest,
        }


def running(twin: Twin, group: str) -> dict[str, int]:
    """Instances that stay, by the tag of their image."""
    found = twin.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    ids = [
        each["InstanceId"]
        for each in found["AutoScalingGroups"][0]["Instances"]
        if each["LifecycleState"] != "Terminating"
    ]
    counts: dict[str, int] = {}
    for reservation in twin.client("ec2").describe_instances()["Reservations"]:
        for instance in reservation["Instances"]:
            tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
            if instance["InstanceId"] in ids:
                counts[tags[IMAGE_TAG]] = counts.get(tags[IMAGE_TAG], 0) + 1
    return counts


def settled(world: Scene, digest: str) -> None:
    """As if an image had been released before: the configured number of instances run it."""
    twin, place, server = world.twin, world.place, world.config.server
    with twin.aside():
        twin.client("ec2").create_launch_template_version(
            LaunchTemplateName=place.template,
            LaunchTemplateData=dict(world.rendering.render(digest)),
            VersionDescription=digest,
        )
        autoscaling = twin.client("autoscaling")
        own = world.group()["LaunchTemplate"]["LaunchTemplateId"]
        autoscaling.update_auto_scaling_group(
            AutoScalingGroupName=place.group,
            LaunchTemplate={"LaunchTemplateId": own, "Version": "2"},
            MinSize=server.min,
            MaxSize=server.max,
            DesiredCapacity=server.desired,
        )
        record = Record(
            verb="release",
            started=twin.clock.time() - 86400,
            digest=digest,
            outcome="succeeded",
            who="ann",
            version="2",
        )
        world.history().write(record)
        twin.clock.advance(60)


def small(world: Scene) -> Scene:
    """The same with one instance and a short bake, so that there are fewer calls to look at."""
    server = msgspec.structs.replace(world.config.server, min=1, desired=1)
    release = msgspec.structs.replace(world.config.release, bake_seconds=10)
    world.config = msgspec.structs.replace(world.config, server=server, release=release)
    return world


def scene(twin: Twin) -> Scene:
    """Everything that a release needs, and no instance yet."""
    names = names_of(CONFIG)
    place = place_of(names, ACCOUNT, REGION)
    twin.client("s3").create_bucket(Bucket=place.bucket)
    twin.client("logs").create_log_group(logGroupName=place.log_group)
    for name in place.alarms:
        add_alarm(twin, name)
    ec2 = twin.client("ec2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    vpc = subnets[0]["VpcId"]
    inner = ec2.create_security_group(GroupName="in", Description="in", VpcId=vpc)["GroupId"]
    machine_image = twin.client("ssm").get_parameter(Name=AMI)["Parameter"]["Value"]
    rendering = FakeRendering(machine_image, inner)
    template = ec2.create_launch_template(
        LaunchTemplateName=place.template,
        LaunchTemplateData=dict(rendering.render("")),
        VersionDescription="no image",
    )["LaunchTemplate"]["LaunchTemplateId"]
    add_group(twin, place.group, template, [each["SubnetId"] for each in subnets], vpc)
    twin.calls.clear()
    aws = Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)

    def serving() -> set[str]:
        with twin.aside():
            return set(running(twin, place.group))

    return Scene(twin, aws, place, rendering, FakeSmoke(serving))


def push(
    twin: Twin, word: str, *, tag: str = "", media_type: str = MANIFEST, machine: str = "amd64"
) -> str:
    """An image in the registry, for a machine or with no word of any; its digest."""
    config = {"digest": f"sha256:{word:0>64}", "size": 7}
    manifest = {"schemaVersion": 2, "mediaType": media_type, "config": config}
    ecr = twin.client("ecr")
    if machine:
        twin.layers.put(str(config["digest"]), json.dumps({"architecture": machine}).encode())
    with twin.aside():
        if not ecr.describe_repositories()["repositories"]:
            ecr.create_repository(repositoryName="shop", imageTagMutability="IMMUTABLE")
        answer = ecr.put_image(
            repositoryName="shop", imageManifest=json.dumps(manifest), imageTag=tag or word
        )
    return str(answer["image"]["imageId"]["imageDigest"])
