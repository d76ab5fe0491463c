"""The verb `rollback`."""

import pytest

from deploy.errors import Refused
from deploy.names import SERVER
from deploy.releases.history import History
from tests.deploy.verbs.shop import Call, place, world
from tests.twin.twin import Twin


def test_rollback_to_a_version(twin: Twin, call: Call) -> None:
    """By number, digest or commit; what the history does not have is listed."""
    made_world = world(twin)
    first = made_world.push("commit-one")
    made_world.push("commit-two")
    call("release", "server", "--tag", "commit-one")
    call("release", "server", "--tag", "commit-two")
    with pytest.raises(Refused, match=r"no earlier release 9 .*versions"):
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
