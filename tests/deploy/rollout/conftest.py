"""A server to release in, and one that serves."""

import pytest

from tests.deploy.scenes import Scene, push, scene, settled
from tests.twin.twin import Twin


@pytest.fixture
def world(twin: Twin) -> Scene:
    return scene(twin)


@pytest.fixture
def old(world: Scene) -> str:
    """An image that two instances run."""
    digest = push(world.twin, "a")
    settled(world, digest)
    return digest
