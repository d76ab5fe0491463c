"""A small AWS with a function as `apply` leaves it: an alias that names one version."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from deploy.aws import Aws
from deploy.names import FUNCTION, names_of
from deploy.releases.attempt import Order
from deploy.releases.canary import Canary
from deploy.releases.history import Record
from deploy.releases.place import Place, place_of
from deploy.releases.traffic import Published, Traffic
from tests.deploy.fakes import FakeSmoke
from tests.deploy.ground import add_alarm
from tests.deploy.scenes import CONFIG, Scene
from tests.twin.environment import ACCOUNT, REGION
from tests.twin.functions import admit
from tests.twin.twin import Twin

URI = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop"


@dataclass
class FunctionScene(Scene):
    """A world and the means to release a function in it, over and over."""

    create: Callable[[str], None] = print
    wrong: set[str] = field(default_factory=set)

    def canary(self) -> Canary:
        return Canary(self.attempt(), self.place, self.config, self.create, self.smoke, self.probe)

    def probe(self, version: str) -> FakeSmoke:
        """One version as an invocation shows it: good, unless it runs one of the wrong images."""
        return FakeSmoke(lambda: {self.image(version)}, self.wrong)

    def release(self, digest: str, **wishes: Any) -> Record:
        return self.canary().release(Order(digest, "ann", **wishes))

    def traffic(self) -> Traffic | None:
        with self.twin.aside():
            return Published(self.aws, self.place.function).traffic()

    def image(self, version: str) -> str:
        with self.twin.aside():
            return Published(self.aws, self.place.function).image(version)

    def versions(self) -> list[tuple[int, str]]:
        with self.twin.aside():
            published = Published(self.aws, self.place.function)
            return [(int(each), published.image(each)) for each in published.numbers()]

    def end(self) -> dict[str, Any]:
        traffic = self.traffic()
        return {
            "traffic": traffic,
            "versions": self.versions(),
            "outcome": self.records()[0].outcome,
            "digest": self.records()[0].digest,
        }


def function_scene(twin: Twin) -> FunctionScene:
    """Everything that a release of the function needs, but the function."""
    place = place_of(names_of(CONFIG), ACCOUNT, REGION, FUNCTION)
    twin.client("s3").create_bucket(Bucket=place.bucket)
    twin.client("ecr").create_repository(
        repositoryName=place.repository, imageTagMutability="IMMUTABLE"
    )
    admit(twin, place.repository)
    for name in place.alarms:
        add_alarm(twin, name)
    role = twin.client("iam").create_role(RoleName="fn", AssumeRolePolicyDocument="{}")
    twin.clock.advance(twin.roles.delay)
    aws = Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)
    world: FunctionScene

    def serving() -> set[str]:
        traffic = world.traffic()
        return {world.image(traffic.main)} if traffic is not None else set()

    def create(digest: str) -> None:
        make(aws, place, role["Role"]["Arn"], digest)

    world = FunctionScene(twin, aws, place, _no_rendering(), FakeSmoke(serving), create=create)
    twin.calls.clear()
    return world


def make(aws: Aws, place: Place, role: str, digest: str) -> None:
    """As the function stack does it: whatever is missing is made."""
    client, published = aws.client("lambda"), Published(aws, place.function)
    if not published.image():
        client.create_function(
            FunctionName=place.function,
            PackageType="Image",
            Code={"ImageUri": f"{URI}@{digest}"},
            Role=role,
        )
    while published.state().busy:
        aws.sleep(2)
    published.state().check()
    if published.traffic() is None:
        version = client.publish_version(FunctionName=place.function)["Version"]
        client.create_alias(FunctionName=place.function, Name="live", FunctionVersion=version)


def settled(world: FunctionScene, digest: str) -> None:
    """As if an image had been released before."""
    with world.twin.aside():
        world.create(digest)
        record = Record(
            verb="release",
            started=world.twin.clock.time() - 86400,
            digest=digest,
            outcome="succeeded",
            who="ann",
            version="1",
        )
        world.history().write(record)


def short(world: FunctionScene) -> FunctionScene:
    """The same with a short bake, so that there are fewer calls to look at."""
    release = msgspec.structs.replace(world.config.release, bake_seconds=20)
    world.config = msgspec.structs.replace(world.config, release=release)
    return world


def _no_rendering() -> Any:
    """A function has no launch template."""
    return None
