"""The verb `rollback`."""

import pytest

from deploy.errors import Refused
from deploy.names import FUNCTION, SERVER
from deploy.releases.history import History, Record
from deploy.releases.traffic import Published, Traffic
from tests.deploy.scenes import running
from tests.deploy.verbs.shop import CONFIG, Call, place, world
from tests.deploy.worlds import World
from tests.twin.faults import Interrupted
from tests.twin.twin import Twin


def test_rollback_to_a_version(twin: Twin, call: Call) -> None:
    """By number, digest or commit; what the history does not have is listed."""
    made_world = world(twin)
    first = made_world.push("commit-one")
    made_world.push("commit-two")
    call("release", "server", "--tag", "commit-one")
    call("release", "server", "--tag", "commit-two")
    with pytest.raises(Refused, match=r"No good release is 9: .* at least 6 .*versions"):
        call("rollback", "server", "9")
    for version in ("2", "commit-two", first.removeprefix("sha256:")[:8]):
        assert call("rollback", "server", version) == 0


def test_rollbacks_go_further_back(twin: Twin, call: Call) -> None:
    """A second one does not return to what the first has left; what is released anew counts."""
    made_world = world(twin)
    first, second, third = (made_world.push(each) for each in ("one", "two", "three"))
    for tag in ("one", "two", "three"):
        call("release", "server", "--tag", tag)
    history = History(made_world.aws, place().bucket, SERVER)
    for expected in (second, first):
        assert call("rollback", "server") == 0
        assert next(history.newest()).digest == expected
    with pytest.raises(Refused, match=r"no earlier release to go back to\. There are the versions"):
        call("rollback", "server")
    call("release", "server", "--tag", "three")
    call("release", "server", "--tag", "two")
    assert call("rollback", "server") == 0
    assert next(history.newest()).digest == third


def killed(twin: Twin, call: Call, *words: str, after: float = 35) -> None:
    """A verb whose process is killed, and whose lease is taken away."""
    twin.clock.after(after, lambda: twin.faults.interrupt_after(1))
    with pytest.raises(Interrupted):
        call(*words)
    twin.faults.clear()
    call("unlock", words[1], "--yes")


def newest(made_world: World, door: str = SERVER) -> Record:
    return next(History(made_world.aws, place(door).bucket, door).newest())


def test_rollback_undoes_a_release_under_way(
    twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """What runs is the release before already: not the one before that."""
    made_world = world(twin)
    _, second, third = (made_world.push(each) for each in ("one", "two", "three"))
    for tag in ("one", "two"):
        call("release", "server", "--tag", tag)
    killed(twin, call, "release", "server", "--tag", "three")
    assert call("rollback", "server") == 0
    assert f"Undoes the release of {third}: back to {second}" in capsys.readouterr().out
    assert running(twin, place().group) == {second: 1}
    record = newest(made_world)
    assert (record.verb, record.digest, record.before) == ("rollback", second, third)


def test_rollback_of_what_was_left_half_done(twin: Twin, call: Call) -> None:
    """A refresh that was cancelled has left another image: back to the group's own."""
    made_world = world(twin)
    _, second, third = (made_world.push(each) for each in ("one", "two", "three"))
    for tag in ("one", "two"):
        call("release", "server", "--tag", tag)
    killed(twin, call, "release", "server", "--tag", "three")
    with twin.aside():
        twin.client("autoscaling").cancel_instance_refresh(AutoScalingGroupName=place().group)
        twin.clock.advance(60)
        assert third in running(twin, place().group)
    assert call("rollback", "server") == 0
    assert running(twin, place().group) == {second: 1}
    record = newest(made_world)
    assert (record.verb, record.digest, record.before) == ("rollback", second, third)


def test_rollback_that_was_killed_goes_on(twin: Twin, call: Call) -> None:
    """It is not undone by the next one."""
    made_world = world(twin)
    first, _ = (made_world.push(each) for each in ("one", "two"))
    for tag in ("one", "two"):
        call("release", "server", "--tag", tag)
    killed(twin, call, "rollback", "server", after=25)
    assert call("rollback", "server") == 0
    assert running(twin, place().group) == {first: 1}


def test_rollback_gives_a_share_back(twin: Twin, call: Call) -> None:
    """Of a canary whose run is dead; the release before goes on."""
    made_world = World(twin, FUNCTION, CONFIG)
    with twin.aside():
        made_world.apply()
    _, second, third = (made_world.push(each) for each in ("one", "two", "three"))
    for tag in ("one", "two"):
        call("release", "function", "--tag", tag)
    killed(twin, call, "release", "function", "--tag", "three", after=15)
    assert call("rollback", "function") == 0
    assert Published(made_world.aws, place(FUNCTION).function).traffic() == Traffic("2")
    record = newest(made_world, FUNCTION)
    assert (record.verb, record.digest, record.before) == ("rollback", second, third)
