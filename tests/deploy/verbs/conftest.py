"""A verb called as the command line does, on stacks that were really applied."""

import argparse
import importlib
from pathlib import Path

import pytest

from deploy.aws import Aws
from deploy.releases import releaser
from tests.deploy.verbs.shop import TOML, Call, FakeUrlSmoke
from tests.twin.twin import Twin


@pytest.fixture
def smoke(monkeypatch: pytest.MonkeyPatch) -> FakeUrlSmoke:
    fake = FakeUrlSmoke()
    monkeypatch.setattr(releaser, "smoke_of", lambda *_, **__: fake)
    monkeypatch.setattr(releaser, "version_smoke", lambda *_, **__: FakeUrlSmoke())
    monkeypatch.delenv("GITHUB_RUN_ID", raising=False)
    return fake


@pytest.fixture
def call(tmp_path: Path, smoke: FakeUrlSmoke, twin: Twin) -> Call:
    """Calls a verb as the command line does, each with clients of its own."""
    path = tmp_path / "deploy.toml"
    path.write_text(TOML, encoding="utf-8")

    def run(verb: str, *words: str) -> int:
        module = importlib.import_module(f"deploy.verbs.{verb}")
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        common = ("--env", "staging", "--config", str(path))
        args = parser.parse_args([*words, *common])
        aws = Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)
        args.connect = lambda _: aws
        return int(module.run(args))

    return run
