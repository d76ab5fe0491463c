"""The function itself: one that Lambda could not make or change, and what it reserves."""

import msgspec
import pytest

from deploy.checks.finding import Visit
from deploy.checks.function import concurrency
from deploy.config import Config
from deploy.config import Function as FunctionTable
from deploy.errors import Failed, Refused
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


def reserving(count: int) -> Config:
    return msgspec.structs.replace(CONFIG, function=FunctionTable(concurrency=count))


def test_a_new_account_can_spare_nothing(twin: Twin) -> None:
    """It is refused before anything is made, and without a reservation all of it is."""
    twin.functions.limit = 10
    world = with_image(twin)
    with pytest.raises(Refused, match="concurrency is 20, and the account can spare 0"):
        world.apply()
    assert inventory(twin)["functions"] == 0
    world.config = reserving(0)
    world.apply()
    assert "It answers at" in notes(world)
    assert world.plan() == []


@pytest.mark.parametrize(("before", "after"), [(20, 0), (0, 20), (900, 800)])
def test_a_reservation_changes(twin: Twin, before: int, after: int) -> None:
    """It comes and goes with the setting; what the function has already counts for it."""
    world = made(twin, FUNCTION, reserving(before))
    world.config = reserving(after)
    assert f"concurrency: {before or 'none'} → {after or 'none'}" in plan_text(world.plan())
    world.apply()
    assert world.plan() == []


def notes(world: World) -> str:
    stack = world.stack()
    for each in stack.resources:
        each.find()
    return " ".join(stack.notes())


@pytest.mark.parametrize(
    ("limit", "wanted", "ok", "what"),
    [
        (1000, 20, True, "20 of 900 that can be reserved"),
        (10, 20, False, "10 of the account's 10 are unreserved: 0 can be reserved, not 20"),
        (10, 0, True, "10 of the account's 10 are unreserved; the function reserves none"),
    ],
)
def test_doctor_sees_the_concurrency(
    twin: Twin, limit: int, wanted: int, what: str, *, ok: bool
) -> None:
    """Before anything is made."""
    twin.functions.limit = limit
    found = concurrency(Visit(World(twin).aws, reserving(wanted), FUNCTION))
    assert (found.ok, found.what) == (ok, what)


def test_doctor_counts_what_the_function_has(twin: Twin) -> None:
    """Its own reservation is not taken from what it may have."""
    world = made(twin, FUNCTION, reserving(900))
    found = concurrency(Visit(world.aws, world.config, FUNCTION))
    assert found.ok
