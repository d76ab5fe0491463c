"""A group with spot instances through releases: its own policy stays, the version moves."""

from pathlib import Path
from typing import Any

import pytest

from deploy.config_file import read_config
from tests.deploy.calling import call
from tests.deploy.scenes import running as images
from tests.deploy.worlds import World, made
from tests.twin.environment import REGION
from tests.twin.twin import Twin

TOML = f"""\
name = "shop"
region = "{REGION}"
server = {{min = 2, desired = 2, max = 4, warmup_seconds = 10, spot_share = 0.5}}
release = {{bake_seconds = 20}}
"""
GROUP = "shop-staging"
DISTRIBUTION = {
    "OnDemandBaseCapacity": 0,
    "OnDemandPercentageAboveBaseCapacity": 50,
    "SpotAllocationStrategy": "price-capacity-optimized",
}


@pytest.fixture
def world(twin: Twin, tmp_path: Path) -> World:
    """A server every second instance of which is to be a spot instance."""
    path = tmp_path / "deploy.toml"
    path.write_text(TOML, encoding="utf-8")
    return made(twin, config=read_config(path, "staging", {}))


def group(world: World) -> dict[str, Any]:
    """The group as AWS describes it."""
    with world.twin.aside():
        answer = world.twin.client("autoscaling").describe_auto_scaling_groups()
    (found,) = answer["AutoScalingGroups"]
    return dict(found)


def versions(group: dict[str, Any]) -> list[str]:
    """The versions of the template that the instances that stay were launched from."""
    staying = [each for each in group["Instances"] if each["LifecycleState"] == "InService"]
    return [each["LaunchTemplate"]["Version"] for each in staying]


def images_of(world: World) -> dict[str, int]:
    """How many instances stay, by what they run."""
    with world.twin.aside():
        return images(world.twin, GROUP)


def test_releases_keep_the_share(world: World, tmp_path: Path) -> None:
    """The first fills the group and the second replaces it, both within the policy that it has."""
    for word, version in (("one", "2"), ("two", "3")):
        digest = world.push(word)
        words = ("server", "--env", "staging", "--tag", word, "--no-smoke")
        assert call("release", *words, aws=world.aws, directory=tmp_path) == 0
        found = group(world)
        policy = found["MixedInstancesPolicy"]
        assert policy["InstancesDistribution"].items() >= DISTRIBUTION.items()
        assert policy["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == version
        assert versions(found) == [version, version]
        assert images_of(world) == {digest: 2}
        assert world.plan() == []
