"""The verb `logs`."""

import json
import re

import pytest

from deploy.errors import Refused
from tests.deploy.verbs.shop import Call, place, world
from tests.twin.twin import Twin


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_logs(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """The last minutes; followed, each line comes once, until Control-C."""
    with pytest.raises(Refused, match="log group '/shop/staging/server': `python -m deploy apply"):
        call("logs", "server")
    made_world = world(twin)
    logs = made_world.aws.client("logs")
    group = place().log_group
    assert call("logs", "server", "--minutes", "5") == 0
    silent = capsys.readouterr()
    assert silent.out == ""
    assert f"Nothing was written to {group} in the last 5 minutes" in silent.err
    logs.create_log_stream(logGroupName=group, logStreamName="i-1")

    def write(text: str) -> None:
        event = {"timestamp": int(twin.clock.time() * 1000), "message": text}
        with twin.aside():
            logs.put_log_events(logGroupName=group, logStreamName="i-1", logEvents=[event])

    write("one")
    assert call("logs", "server") == 0
    assert re.fullmatch(r"\d\d:\d\d:\d\d i-1  one\n", capsys.readouterr().out)
    twin.clock.after(5, lambda: write("two"))
    twin.clock.after(60, _interrupt)
    assert call("logs", "server", "--follow", "--json") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["one", "two"]
