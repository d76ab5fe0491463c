"""The verbs `url` and `smoke`."""

import json
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.aws import Aws
from deploy.errors import Refused
from deploy.names import FUNCTION
from deploy.releases.smoke import Smoke as UrlSmoke
from tests.deploy.verbs.shop import CONFIG, TOML, Call, world
from tests.deploy.worlds import made
from tests.twin.twin import Twin


def test_url_and_smoke(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """The URL alone on standard output, for a shell to take; smoke says what answered."""
    with pytest.raises(Refused, match="`apply server` makes it"):
        call("url", "server")
    world(twin)
    assert call("url", "server") == 0
    assert capsys.readouterr().out.startswith("http://shop-staging")


def test_smoke_of_a_door(
    twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The door's own URL, signed where only callers with rights may ask; or another."""
    asked: list[dict[str, str]] = []

    def answer(_: UrlSmoke) -> str:
        asked.append(dict(_.sign("GET", _.url, {}, None)))
        return "0a1b2c3d4e5f"

    made(twin, FUNCTION, CONFIG)
    monkeypatch.setattr(UrlSmoke, "__call__", answer)
    path = tmp_path / "deploy.toml"
    path.write_text(TOML, encoding="utf-8")
    common = ["smoke", "function", "--env", "staging", "--config", str(path)]
    aws = Aws(twin.session())
    twin.calls.clear()
    assert main(common, connect=lambda _: aws) == 0
    assert twin.calls.names.count("lambda.GetFunctionUrlConfig") == 1
    assert "answers as the model 0a1b2c3d4e5f should" in capsys.readouterr().out
    assert main([*common, "--url", "http://other", "--json"], connect=lambda _: aws) == 0
    assert json.loads(capsys.readouterr().out)["url"] == "http://other"
    assert ["Authorization" in each for each in asked] == [True, False]
