"""The text of a status, letter for letter: in the middle of a release, and after it."""

import re

from deploy.status import status_of
from tests.deploy import functions, scenes
from tests.deploy.functions import function_scene
from tests.deploy.scenes import Scene, push, scene
from tests.twin.twin import Twin

SERVER_MEANWHILE = """\
group    shop-staging, version 2: 2 instances wanted, 2 to 4
machine  ami-…, 0 days old
image    {new}: 0 of 1 serve
image    {old}: 2 of 2 serve
instance i-… InService, healthy
instance i-… InService, healthy
instance i-… InService, initial (Elb.InitialHealthChecking, Initial health checks in progress)
refresh  to version 3, InProgress 0 %: Waiting for remaining instances to be available. \
For example: i-… has insufficient data to evaluate its health with Elastic Load Balancing.
lease    held by ann
last     2026-01-04 12:00:00 release of version 2, {old} by ann: succeeded in 0 s
alarm    shop-staging-server-errors: OK
alarm    shop-staging-server-latency: OK"""

SERVER_AFTER = """\
group    shop-staging, version 3: 2 instances wanted, 2 to 4
machine  ami-…, 0 days old
image    {new}: 2 of 2 serve
instance i-… InService, healthy
instance i-… InService, healthy
last     2026-01-05 12:01:00 release of version 3, {new} by ann: succeeded in 150 s
alarm    shop-staging-server-errors: OK
alarm    shop-staging-server-latency: OK"""

FUNCTION_MEANWHILE = """\
version  1, 90% of the traffic: {old}
version  2, 10% of the traffic: {new}
lease    held by ann
last     2026-01-04 12:00:16 release of version 1, {old} by ann: succeeded in 0 s
alarm    shop-staging-function-errors: OK
alarm    shop-staging-function-latency: OK"""

FUNCTION_AFTER = """\
version  2, 100% of the traffic: {new}
last     2026-01-05 12:00:16 release of version 2, {new} by ann: succeeded in 65 s
alarm    shop-staging-function-errors: OK
alarm    shop-staging-function-latency: OK"""


def text(world: Scene) -> str:
    """What `status` says, with ids that differ from run to run replaced."""
    with world.twin.aside():
        said = status_of(world.aws, world.place).text()
    return re.sub(r"\b(i|ami)-[0-9a-f]{17}", r"\1-…", said)


def released(world: Scene, new: str) -> list[str]:
    """Release an image: what `status` says 45 seconds later, and at the end."""
    texts: list[str] = []
    world.twin.clock.after(45, lambda: texts.append(text(world)))
    world.release(new)
    return [*texts, text(world)]


def test_server(twin: Twin) -> None:
    """Which image serves how often, every instance, what the refresh waits for, who holds it."""
    world, old, new = scene(twin), push(twin, "a"), push(twin, "b")
    scenes.settled(world, old)
    meanwhile, after = released(world, new)
    assert meanwhile == SERVER_MEANWHILE.format(old=old, new=new)
    assert after == SERVER_AFTER.format(new=new)


def test_function(twin: Twin) -> None:
    """Which version takes which share of the traffic, and its image."""
    world, old, new = function_scene(twin), push(twin, "a"), push(twin, "b")
    functions.settled(world, old)
    meanwhile, after = released(world, new)
    assert meanwhile == FUNCTION_MEANWHILE.format(old=old, new=new)
    assert after == FUNCTION_AFTER.format(new=new)
