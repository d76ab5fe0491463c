"""Releases of the function that shift its traffic, on a virtual clock."""

import msgspec
import pytest

from deploy.errors import Refused
from deploy.releases.traffic import Traffic
from tests.deploy.functions import FunctionScene
from tests.deploy.scenes import push


def test_share_first_then_all(world: FunctionScene, old: str) -> None:
    """A tenth of the traffic for the bake, then all of it, to the very image."""
    new = push(world.twin, "b")
    seen: list[Traffic | None] = []
    world.twin.clock.after(30, lambda: seen.append(world.traffic()))
    record = world.release(new, commit="c0ffee")
    assert seen == [Traffic("1", {"2": 0.1})]
    assert world.end() == {
        "traffic": Traffic("2"),
        "versions": [(1, old), (2, new)],
        "outcome": "succeeded",
        "digest": new,
    }
    assert (record.before, record.version) == (old, "2")
    assert record.phases["canary"] == 60


def test_first_release_makes_the_function(world: FunctionScene) -> None:
    """There is nothing to compare with, and nobody to spare."""
    digest = push(world.twin, "a")
    assert world.release(digest).outcome == "succeeded"
    assert world.traffic() == Traffic("1")
    assert "lambda.UpdateAlias" not in world.twin.calls.names


def test_released_digest_is_a_no_op(world: FunctionScene, old: str) -> None:
    """Nothing is written but the lease."""
    world.twin.calls.clear()
    assert world.release(old).outcome == ""
    assert {call.name for call in world.twin.calls.writes} == {"s3.PutObject"}


def test_changed_configuration_is_rolled_out(world: FunctionScene, old: str) -> None:
    """The same image with more memory is a new version, and gets its canary."""
    with world.twin.aside():
        client = world.twin.client("lambda")
        client.update_function_configuration(FunctionName=world.place.function, MemorySize=2048)
    assert world.release(old).outcome == "succeeded"
    assert world.traffic() == Traffic("2")


def test_architecture_moves_with_the_image(world: FunctionScene, old: str) -> None:
    """What answers is for the configured architecture; the version before stays for its own."""
    server = msgspec.structs.replace(
        world.config.server, architecture="arm64", instance_type="t4g.small"
    )
    world.config = msgspec.structs.replace(world.config, server=server)
    world.release(push(world.twin, "b", machine="arm64"))
    with world.twin.aside():
        ask = world.twin.client("lambda").get_function_configuration
        found = [ask(FunctionName=world.place.function, Qualifier=each) for each in ("1", "2")]
    assert [each["Architectures"] for each in found] == [["x86_64"], ["arm64"]]


def test_way_back_is_at_once(world: FunctionScene, old: str) -> None:
    """Without alarms to heed there is no share and no bake."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM")
    before = world.twin.clock.time()
    assert world.release(new, despite_alarms=True, verb="rollback").outcome == "succeeded"
    assert world.twin.clock.time() - before < 30


def test_no_time_is_wasted(world: FunctionScene, old: str) -> None:
    """Lambda takes three seconds for the image: it is looked at after one, and soon again. The
    bake ends to the second."""
    release = msgspec.structs.replace(world.config.release, bake_seconds=25)
    world.config = msgspec.structs.replace(world.config, release=release)
    record = world.release(push(world.twin, "b"))
    assert 3 <= record.phases["version"] < 5
    assert record.phases["canary"] == 25


def test_lines_come_when_something_changes(world: FunctionScene, old: str) -> None:
    """In a log without a screen each line stays; the time that has passed stands before it."""
    world.release(push(world.twin, "b"))
    lines = world.said.getvalue().splitlines()
    assert lines == [
        "[0:00] version: …",
        "[0:00] version: Lambda prepares the image",
        "[0:04] golden rows: …",
        "[0:04] canary: …",
        "[0:04] canary: version 2 takes 10 % for 1:00",
        "[1:04] canary: version 2 takes all of the traffic",
        "[1:04] smoke: …",
    ]


def test_image_for_another_architecture_is_refused(world: FunctionScene, old: str) -> None:
    """Lambda would take it, and every call of the new version would end in an error."""
    new = push(world.twin, "b", machine="arm64")
    world.twin.calls.clear()
    with pytest.raises(Refused, match=r"is for arm64, and server.architecture is x86_64"):
        world.release(new)
    assert {call.name for call in world.twin.calls.writes} == {"s3.PutObject"}
    assert world.end()["versions"] == [(1, old)]
