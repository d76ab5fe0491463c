"""The whole life of a stack while a fifth of all requests to AWS fail, in bursts."""

import pytest

from deploy.names import FUNCTION, SERVER
from deploy.releases.traffic import Published
from tests.deploy.scenes import running
from tests.deploy.verbs.shop import CONFIG, Call, place
from tests.deploy.worlds import DOORS, World, inventory
from tests.twin.faults import LOST, OUTAGE, THROTTLE, UNREACHABLE
from tests.twin.twin import Twin

EVERYTHING = ("--yes", "--with-images", "--with-logs", "--force")


def serving(world: World) -> set[str]:
    """The images that answer."""
    with world.twin.aside():
        if world.door == SERVER:
            return set(running(world.twin, place().group))
        published = Published(world.aws, place(FUNCTION).function)
        traffic = published.traffic()
        return {published.image(traffic.main)} if traffic else set()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("door", DOORS)
def test_every_verb_ends_right_at_the_first_try(
    twin: Twin, call: Call, door: str, seed: int
) -> None:
    """Made, released to twice, taken back and destroyed; throttled, unreachable, or unheard."""
    before, world = inventory(twin), World(twin, door, CONFIG)
    twin.faults.storm(seed, THROTTLE, OUTAGE, UNREACHABLE, LOST)
    call("apply", door, "--yes")
    first, second = world.push("first"), world.push("second")
    call("release", door, "--tag", "first")
    call("release", door, "--tag", "second")
    assert serving(world) == {second}
    call("rollback", door)
    assert serving(world) == {first}
    with twin.aside():
        assert world.plan() == []
    call("destroy", door, *EVERYTHING)
    assert inventory(twin) == before
