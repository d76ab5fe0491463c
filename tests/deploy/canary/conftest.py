"""A function to release in, and one that serves."""

import pytest

from tests.deploy.functions import FunctionScene, function_scene, settled
from tests.deploy.scenes import push
from tests.twin.twin import Twin


@pytest.fixture
def world(twin: Twin) -> FunctionScene:
    return function_scene(twin)


@pytest.fixture
def old(world: FunctionScene) -> str:
    """An image that takes all of the traffic."""
    digest = push(world.twin, "a")
    settled(world, digest)
    return digest
