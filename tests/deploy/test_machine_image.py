"""The machine image of what runs: how old it is, and when another is worth a release."""

import pytest

from deploy.machine_image import MachineImage, machine_image_of
from tests.deploy.scenes import push, scene, settled
from tests.twin.twin import Twin


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (3.4, "ami-1, 3 days old"),
        (31.0, "ami-1, 31 days old: `release` with --new-machine-image brings the newest"),
        (None, "ami-1, which is withdrawn: `release` with --new-machine-image brings the newest"),
    ],
)
def test_words(days: float | None, words: str) -> None:
    """A month without patches, or an image that nobody offers any more, asks for a release."""
    assert str(MachineImage("ami-1", days)) == words


@pytest.mark.parametrize(("days", "stale"), [(89.0, False), (91.0, True), (None, True)])
def test_stale(days: float | None, stale: bool) -> None:  # noqa: FBT001 - a case of the table
    """A quarter without patches is too long, whatever else speaks for waiting."""
    assert MachineImage("ami-1", days).stale is stale


def test_of_a_version(twin: Twin) -> None:
    """Asked of EC2 by the version that the group launches; there is none before an image runs."""
    world = scene(twin)
    assert machine_image_of(world.aws, world.place.template, "1") is None
    settled(world, push(twin, "a"))
    found = machine_image_of(world.aws, world.place.template, "2")
    assert found is not None
    assert found.id == world.rendering.machine_image
    assert found.days is not None
    twin.faults.on("ec2.DescribeImages", error="InvalidAMIID.NotFound")
    assert machine_image_of(world.aws, world.place.template, "2") == MachineImage(found.id, None)
