"""The verb `abort`."""

import json
from functools import partial

import pytest

from deploy.errors import Aborted
from deploy.names import FUNCTION
from deploy.releases.traffic import Published, Traffic
from tests.deploy.verbs.shop import Call, world
from tests.twin.twin import Twin


def test_abort_of_the_server(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """It goes back, and the run that was at it hears of it."""
    made_world = world(twin)
    made_world.push("first")
    made_world.push("second")
    call("release", "server", "--tag", "first")
    assert call("abort", "server") == 0
    assert capsys.readouterr().out.endswith("No release is going on.\n")
    twin.clock.after(45, partial(call, "abort", "server", "--json"))
    with pytest.raises(Aborted, match="stopped it, and the version before serves"):
        call("release", "server", "--tag", "second")
    said = capsys.readouterr().out
    assert json.loads(said)["end"] == "RollbackSuccessful"


def test_abort_of_an_abandoned_canary(
    twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a dead run left takes no traffic any more."""
    made_world = world(twin, FUNCTION)
    made_world.push("second")
    published = Published(made_world.aws, "shop-staging")
    made_world.aws.client("lambda").update_function_configuration(
        FunctionName="shop-staging", MemorySize=512
    )
    twin.clock.advance(10)
    published.route(Traffic("1", {published.publish(published.image()): 0.1}))
    assert call("abort", "function") == 0
    assert capsys.readouterr().out == "Stopped: version 1 takes all of the traffic.\n"
    assert published.traffic() == Traffic("1")
