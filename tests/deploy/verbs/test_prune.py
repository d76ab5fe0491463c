"""The verb `prune`."""

import pytest

from deploy.config import Config
from deploy.errors import Refused
from deploy.names import FUNCTION
from deploy.releases.traffic import Published
from tests.deploy.verbs.shop import Call, world
from tests.deploy.worlds import made
from tests.twin.environment import REGION
from tests.twin.twin import Twin


def test_prune(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """Old images and versions go; what runs, and what another environment runs, stays."""
    made_world = world(twin)
    pushed = [made_world.push(f"push{number}") for number in range(4)]
    other = made(twin, FUNCTION, Config(name="shop", region=REGION, environment="other"))
    for number in range(3):
        call("release", "server", "--tag", f"push{number}")
    twin.clock.advance(120)
    pushed.append(made_world.push("newest"))
    capsys.readouterr()
    with pytest.raises(Refused):
        call("prune", "server", "--json")
    assert call("prune", "server", "--yes") == 0
    left = {
        each["imageDigest"]
        for each in twin.client("ecr").describe_images(repositoryName="shop")["imageDetails"]
    }
    assert left == {pushed[2], pushed[4], other.digest}
    versions = twin.client("ec2").describe_launch_template_versions(
        LaunchTemplateName="shop-staging"
    )["LaunchTemplateVersions"]
    assert {each["VersionNumber"] for each in versions} == {1, 4}
    assert call("release", "server", "--tag", "push2") == 0
    capsys.readouterr()
    assert call("prune", "server", "--yes") == 0
    assert capsys.readouterr().out == "Nothing is too old.\n"


def test_prune_of_functions(twin: Twin, call: Call) -> None:
    """Versions that the alias does not name go with their images."""
    made_world = world(twin, FUNCTION)
    for number in range(3):
        twin.clock.advance(60)
        made_world.push(f"push{number}")
        call("release", "function", "--tag", f"push{number}")
    assert call("prune", "function", "--yes") == 0
    assert Published(made_world.aws, "shop-staging").numbers() == ["4"]
