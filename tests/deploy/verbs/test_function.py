"""The verbs of a release at the function's door."""

from functools import partial

import pytest

from deploy.errors import Refused, RolledBack
from deploy.names import FUNCTION
from deploy.releases.lease import Holder, holder_of
from deploy.releases.traffic import Published, Traffic
from tests.deploy.verbs.shop import CONFIG, Call, FakeUrlSmoke, place
from tests.deploy.worlds import World
from tests.twin.twin import Twin


def test_function(
    twin: Twin, call: Call, smoke: FakeUrlSmoke, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made by its first release, shifted by the second, taken back by a rollback."""
    made_world = World(twin, FUNCTION, CONFIG)
    with twin.aside():
        made_world.apply()
    first, second = made_world.push("first"), made_world.push("second")
    with pytest.raises(Refused, match="`release function` makes it"):
        call("status", "function")
    with pytest.raises(Refused, match="`release function` makes it"):
        call("url", "function")
    assert call("release", "function", "--tag", "first") == 0
    twin.clock.after(20, partial(call, "status", "function"))
    assert call("release", "function", "--tag", "second") == 0
    assert f"version  2, 10% of the traffic: {second}" in capsys.readouterr().out
    assert call("rollback", "function") == 0
    assert Published(made_world.aws, "shop-staging").traffic() == Traffic("3")
    assert Published(made_world.aws, "shop-staging").image("3") == first
    assert call("url", "function") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("https://")
    smoke.fault = "wrong price"
    with pytest.raises(RolledBack):
        call("release", "function", "--tag", "second")
    assert call("abort", "function") == 0
    assert "No release is going on." in capsys.readouterr().out


def test_lease_lasts_while_the_function_is_made(twin: Twin, call: Call) -> None:
    """Waiting for Lambda to know the new role may take longer than the lease lasts."""
    twin.roles.delay = 110
    made_world = World(twin, FUNCTION, CONFIG)
    with twin.aside():
        made_world.apply()
    made_world.push("first")
    held: list[Holder | None] = []
    look = partial(holder_of, made_world.aws, place(FUNCTION).bucket, FUNCTION)
    twin.clock.after(90, lambda: held.append(look()))
    assert call("release", "function", "--tag", "first") == 0
    assert held[0] is not None


def test_a_function_has_no_machine_image(call: Call) -> None:
    """The wish for a new one is not passed over."""
    with pytest.raises(Refused, match="leave --new-machine-image out"):
        call("release", "function", "--tag", "x", "--new-machine-image")
