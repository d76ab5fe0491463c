"""The function itself: what becomes of one that Lambda could not make, or not change."""

import msgspec
import pytest

from deploy.errors import Failed
from deploy.names import FUNCTION
from deploy.output import plan_text
from tests.deploy.worlds import CONFIG, World, inventory, made
from tests.twin.twin import Twin

STEM = "shop-production"


def with_image(twin: Twin) -> World:
    """A world up to its function, and an image to make it of."""
    world = World(twin, FUNCTION)
    with twin.aside():
        world.apply()
        world.digest = world.push()
    return world


def test_one_that_could_not_be_made_is_made_anew(twin: Twin) -> None:
    """It takes no change, so that the next apply deletes it first; the plan says what is wrong."""
    world = with_image(twin)
    twin.functions.fail("create", "the image cannot be read")
    with pytest.raises(Failed, match="could not be made: the image cannot be read"):
        world.apply()
    world.digest = ""  # apply alone knows no image but the function's
    assert "state: could not be made → ready" in plan_text(world.plan())
    twin.calls.clear()
    world.apply()
    assert {"lambda.DeleteFunction", "lambda.CreateFunction"} <= set(twin.calls.names)
    assert world.plan() == []
    assert inventory(twin)["functions"] == 1


def test_one_that_serves_is_never_made_anew(twin: Twin) -> None:
    """Its versions go on and its URL would be another: a person is told what to do."""
    world = with_image(twin)
    twin.functions.fail("create", "the image cannot be read")
    with pytest.raises(Failed):
        world.apply()
    with twin.aside():
        client = twin.client("lambda")
        client.create_alias(FunctionName=STEM, Name="live", FunctionVersion="$LATEST")
    twin.calls.clear()
    with pytest.raises(Failed, match="then `destroy function`, and release"):
        world.apply()
    assert twin.calls.writes == []


def test_a_change_that_failed_is_made_again(twin: Twin) -> None:
    """Lambda's reason ends the apply in which it failed, and not the next one."""
    world = made(twin, FUNCTION)
    world.config = msgspec.structs.replace(CONFIG, settings={"ESTIMATOR_DOCS": "false"})
    twin.functions.fail("update", "the key is disabled")
    with pytest.raises(Failed, match="could not be changed: the key is disabled"):
        world.apply()
    assert "state: could not be changed → ready" in plan_text(world.plan())
    world.apply()
    assert world.plan() == []
