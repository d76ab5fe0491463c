"""The deployment, step by step, on the offline AWS with a builder that builds nothing."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.aws import Aws
from deploy.errors import Failed
from deploy.names import SERVER, Names
from deploy.releases.history import SUCCEEDED, History, Record
from deploy.releases.place import place_of
from deploy.releases.smoke import Smoke
from tests.deploy.account import ACCOUNT, REGION
from tests.deploy.builder import COMMIT, Builder
from tests.github.workflows import Runner, workflow
from tests.twin.twin import Twin

TOML = """\
name = "shop"
region = "us-east-1"
[server]
min = 1
desired = 1
max = 2
[release]
bake_seconds = 60
[environments.staging]
[environments.production]
"""
JOBS = ("build", "staging", "production")


@pytest.fixture
def twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    """An account in which a person has applied both environments."""
    (tmp_path / "deploy.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Smoke, "reach", lambda _: None)
    with Twin() as world:
        for environment in ("staging", "production"):
            deploying(world)(["apply", "server", "--env", environment, "--yes"])
        yield world


def aws_of(twin: Twin) -> Aws:
    """A process's own way to the account."""
    return Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)


def deploying(twin: Twin) -> Callable[[Sequence[str]], int]:
    """`python -m deploy`."""
    return lambda words: main(words, connect=lambda _: aws_of(twin))


def run(twin: Twin, monkeypatch: pytest.MonkeyPatch, commit: str) -> list[str]:
    """Run the jobs of a push of a commit one after another: those that succeed."""
    builder = Builder(aws_of(twin), aside=twin.aside)
    monkeypatch.setattr("deploy.verbs.push.run_program", builder)
    environment = {"DOOR": SERVER, "GITHUB_SHA": commit, "GITHUB_STEP_SUMMARY": "summary.md"}
    good: list[str] = []
    for name in JOBS:
        runner = Runner(deploying(twin), lambda _: 0, environment)
        if not runner.run(workflow("deploy")["jobs"][name]):
            break
        good.append(name)
    return good


def released(twin: Twin, environment: str) -> list[Record]:
    """The history of an environment, newest first."""
    place = place_of(Names("shop", environment), ACCOUNT, REGION)
    return list(History(aws_of(twin), place.bucket, SERVER).newest())


def test_a_push_goes_through_staging_to_production(
    twin: Twin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Built once, the same digest in both; the summaries have it and the way back."""
    monkeypatch.setattr(Smoke, "__call__", lambda *_: "model")
    assert run(twin, monkeypatch, "f" * 40) == list(JOBS)
    capsys.readouterr()
    assert run(twin, monkeypatch, COMMIT) == list(JOBS)
    records = [released(twin, each)[0] for each in ("staging", "production")]
    assert {record.outcome for record in records} == {SUCCEEDED}
    assert len({record.digest for record in records}) == 1
    assert {record.commit for record in records} == {COMMIT}
    text = capsys.readouterr().out
    assert text.count(f"| new image | `{records[0].digest}` |") == 2
    assert "python -m deploy rollback server --env production" in text


def test_production_is_not_touched_when_staging_fails(
    twin: Twin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The job of staging fails, says why in its summary, and nothing comes after it."""
    monkeypatch.setattr(Smoke, "__call__", lambda *_: "model")
    run(twin, monkeypatch, "f" * 40)
    before = released(twin, "production")

    def wrong(*_: object) -> str:
        raise Failed("POST /predict gave 1.00 where the golden row says 19.76.")

    monkeypatch.setattr(Smoke, "__call__", wrong)
    capsys.readouterr()
    assert run(twin, monkeypatch, COMMIT) == ["build"]
    assert released(twin, "production") == before
    assert released(twin, "staging")[0].outcome != SUCCEEDED
    assert "### server, staging: rolled back" in capsys.readouterr().out
