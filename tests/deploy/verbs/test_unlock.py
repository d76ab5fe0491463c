"""The verb `unlock`."""

import json

import pytest

from deploy.errors import Refused
from deploy.names import SERVER
from deploy.releases.lease import Lease
from tests.deploy.verbs.shop import Call, place, world
from tests.twin.twin import Twin


def test_unlock(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is asked where nobody holds it; a holder is taken it from after a yes."""
    made_world = world(twin)
    assert call("unlock", "server") == 0
    assert capsys.readouterr().out == "Nobody holds the lease.\n"
    Lease(made_world.aws, place().bucket, SERVER, owner="ann").__enter__()
    with pytest.raises(Refused, match="add --yes"):
        call("unlock", "server", "--json")
    assert call("status", "server") == 0
    assert "lease    held by ann" in capsys.readouterr().out
    assert call("unlock", "server", "--yes", "--json") == 0
    assert json.loads(capsys.readouterr().out)["holder"]["owner"] == "ann"
