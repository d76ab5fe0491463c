"""The verbs of a release, on stacks that were really applied."""

import argparse
import importlib
import json
import re
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from deploy.__main__ import main
from deploy.aws import Aws
from deploy.config import Config, Function, Release, Server
from deploy.errors import Aborted, Failed, Refused, RolledBack
from deploy.names import FUNCTION, SERVER, names_of
from deploy.releases import opening
from deploy.releases.history import History
from deploy.releases.lease import Holder, Lease, holder_of
from deploy.releases.opening import smoke_of
from deploy.releases.place import Place, place_of
from deploy.releases.smoke import Smoke as UrlSmoke
from deploy.releases.stopping import terminable
from deploy.releases.traffic import Published, Traffic
from tests.deploy.worlds import World, made
from tests.twin.environment import ACCOUNT, REGION
from tests.twin.twin import Twin

CONFIG = Config(
    name="shop",
    region=REGION,
    environment="staging",
    server=Server(min=1, desired=1, max=2, warmup_seconds=10),
    release=Release(bake_seconds=20, keep=1),
    function=Function(concurrency=5),
)
TOML = f"""
name = "shop"
region = "{REGION}"
server = {{min = 1, desired = 1, max = 2, warmup_seconds = 10}}
release = {{bake_seconds = 20, keep = 1}}
function = {{concurrency = 5}}
"""

Call = Callable[..., Any]


class FakeUrlSmoke:
    """The service behind the URL, good or bad."""

    url = "http://shop.example"

    def __init__(self) -> None:
        self.fault = ""

    def reach(self) -> None:
        """It can be asked."""

    def __call__(self) -> str:
        if self.fault:
            raise Failed(self.fault)
        return "0a1b2c3d4e5f"


@pytest.fixture(autouse=True)
def conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto heeds no condition of a bucket's policy: what denies plain HTTP would deny all."""
    monkeypatch.setattr(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)


@pytest.fixture
def smoke(monkeypatch: pytest.MonkeyPatch) -> FakeUrlSmoke:
    fake = FakeUrlSmoke()
    monkeypatch.setattr(opening, "smoke_of", lambda *_, **__: fake)
    monkeypatch.delenv("GITHUB_RUN_ID", raising=False)
    return fake


def world(twin: Twin, door: str = SERVER) -> World:
    return made(twin, door, CONFIG)


def place(door: str = SERVER) -> Place:
    return place_of(names_of(CONFIG), ACCOUNT, REGION, door)


@pytest.fixture
def call(tmp_path: Path, smoke: FakeUrlSmoke, twin: Twin) -> Call:
    """Calls a verb as the command line does."""
    path = tmp_path / "deploy.toml"
    path.write_text(TOML, encoding="utf-8")
    aws = Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)

    def run(verb: str, *words: str) -> int:
        module = importlib.import_module(f"deploy.verbs.{verb}")
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        common = ("--env", "staging", "--config", str(path))
        args = parser.parse_args([*words, *common])
        args.connect = lambda _: aws
        return int(module.run(args))

    return run


def shown(text: str) -> str:
    """What was printed, with ids and ages that differ from run to run replaced."""
    text = re.sub(r"ami-\w+, \d+ days old.*", "ami-…, … days old", text)
    return re.sub(r"\bi-[0-9a-f]{17}", "i-…", text)


def test_release_rollback_and_history(
    twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """Released twice, back to the first, and all three in the history."""
    made_world = world(twin)
    first, second = made_world.push("first"), made_world.push("second")
    assert call("release", "server", "--tag", "first") == 0
    assert call("release", "server", "--image", second) == 0
    assert call("rollback", "server") == 0
    output = capsys.readouterr().out
    assert f"Back to {first}" in output
    assert f"rollback of {first} succeeded in" in output
    assert call("history", "server", "--json") == 0
    releases = json.loads(capsys.readouterr().out)["releases"]
    assert [(each["verb"], each["digest"], each["version"]) for each in releases] == [
        ("rollback", first, "2"),
        ("release", second, "3"),
        ("release", first, "2"),
    ]
    assert [each["commit"] for each in releases] == ["first", "second", "first"]
    assert made_world.plan() == []


STATUS = """\
shop server, staging, account 123456789012 in us-east-1

group    shop-staging, version 2: 1 instances wanted, 1 to 2
machine  ami-…, … days old
image    {digest}: 1 of 1 serve
instance i-… InService, healthy
last     {moment} release of {digest} (commit first) by user/moto: succeeded in {took} s
alarm    shop-staging-server-errors: OK
alarm    shop-staging-server-latency: OK
alarm    shop-staging-server-outage: OK
alarm    shop-staging-server-unhealthy-hosts: OK
"""


def test_status(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """Before and after the first release, for a person and a machine."""
    digest = world(twin).push("first")
    for name in ("errors", "latency", "unhealthy-hosts", "outage"):
        twin.alarms.set(f"shop-staging-server-{name}", "OK")
    assert call("status", "server") == 0
    assert "empty: `push` and `release` come next" in capsys.readouterr().out
    call("release", "server", "--tag", "first")
    capsys.readouterr()
    twin.calls.clear()
    assert call("status", "server") == 0
    text = shown(capsys.readouterr().out)
    found = re.search(r"last     (\S+ \S+) release .* in (\d+) s", text)
    assert found is not None
    assert text == STATUS.format(digest=digest, moment=found[1], took=found[2])
    assert twin.calls.writes == []
    call("status", "server", "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["fleet"]["members"][0]["digest"] == digest
    assert document["last"]["outcome"] == "succeeded"


def test_no_op_says_so(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """The digest that runs is released with exit code 0, in words and in JSON."""
    digest = world(twin).push("first")
    call("release", "server", "--tag", "first")
    capsys.readouterr()
    assert call("release", "server", "--tag", "first") == 0
    assert capsys.readouterr().out == f"{digest} runs already: nothing to do.\n"
    assert call("release", "server", "--tag", "first", "--json") == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == ""


def test_what_cannot_be_released(
    twin: Twin, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown tags, wrong digests, no commit, no stack: each refused with what to do."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match="no repository 'shop'"):
        call("release", "server", "--tag", "first")
    made_world = world(twin)
    with pytest.raises(Refused, match="`push` one first"):
        call("release", "server", "--tag", "first")
    for number in range(12):
        made_world.push(f"tag{number}")
    with pytest.raises(Refused, match=r"the tag 'other'.* and 2 older ones"):
        call("release", "server", "--tag", "other")
    with pytest.raises(Refused, match="is no digest"):
        call("release", "server", "--image", "sha256:abc")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(Refused, match="no commit here"):
        call("release", "server")
    with pytest.raises(Refused, match="The history has none"):
        call("rollback", "server")


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
    twin.clock.after(25, partial(call, "status", "function"))
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


def test_lease_lasts_while_the_service_is_slow(
    twin: Twin, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that takes its ten seconds is tried again, and the lease kept meanwhile."""
    made_world = world(twin)
    made_world.push("first")
    held: list[Holder | None] = []

    def slow(*_: object) -> tuple[int, bytes]:
        twin.clock.advance(10)
        held.append(holder_of(made_world.aws, place().bucket, SERVER))
        return 503, b"not yet"

    monkeypatch.setattr(opening, "smoke_of", smoke_of)
    monkeypatch.setattr(UrlSmoke, "_send", slow)
    with pytest.raises(Failed, match="not yet"):
        call("release", "server", "--tag", "first")
    assert len(held) == 6
    assert None not in held


def test_abort_of_the_server(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """It goes back, and the run that was at it hears of it."""
    made_world = world(twin)
    made_world.push("first")
    made_world.push("second")
    call("release", "server", "--tag", "first")
    assert call("abort", "server") == 0
    assert capsys.readouterr().out.endswith("No release is going on.\n")
    twin.clock.after(45, partial(call, "abort", "server", "--json"))
    with pytest.raises(RolledBack):
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
    published.route(Traffic("1", {published.publish("second"): 0.1}))
    assert call("abort", "function") == 0
    assert capsys.readouterr().out == "Stopped: version 1 takes all of the traffic.\n"
    assert published.traffic() == Traffic("1")


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


def test_a_function_has_no_machine_image(call: Call) -> None:
    """The wish for a new one is not passed over."""
    with pytest.raises(Refused, match="leave --new-machine-image out"):
        call("release", "function", "--tag", "x", "--new-machine-image")


def _interrupt() -> None:
    raise KeyboardInterrupt


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
    assert main(common, connect=lambda _: aws) == 0
    assert "answers as the model 0a1b2c3d4e5f should" in capsys.readouterr().out
    assert main([*common, "--url", "http://other", "--json"], connect=lambda _: aws) == 0
    assert json.loads(capsys.readouterr().out)["url"] == "http://other"
    assert ["Authorization" in each for each in asked] == [True, False]


def test_prune(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """Old images and versions go; what runs, and what another environment runs, stays."""
    made_world = world(twin)
    pushed = [made_world.push(f"push{number}") for number in range(4)]
    other = made(twin, FUNCTION, Config(name="shop", region=REGION, environment="other"))
    for number in range(3):
        call("release", "server", "--tag", f"push{number}")
    twin.clock.advance(120)
    pushed.append(made_world.push("newest"))
    capsys.readouterr()
    with pytest.raises(Refused):
        call("prune", "server", "--json")
    assert call("prune", "server", "--yes") == 0
    left = {
        each["imageDigest"]
        for each in twin.client("ecr").describe_images(repositoryName="shop")["imageDetails"]
    }
    assert left == {pushed[2], pushed[4], other.digest}
    versions = twin.client("ec2").describe_launch_template_versions(
        LaunchTemplateName="shop-staging"
    )["LaunchTemplateVersions"]
    assert {each["VersionNumber"] for each in versions} == {1, 4}
    assert call("release", "server", "--tag", "push2") == 0
    capsys.readouterr()
    assert call("prune", "server", "--yes") == 0
    assert capsys.readouterr().out == "Nothing is too old.\n"


def test_prune_of_functions(twin: Twin, call: Call) -> None:
    """Versions that the alias does not name go with their images."""
    made_world = world(twin, FUNCTION)
    for number in range(3):
        twin.clock.advance(60)
        made_world.push(f"push{number}")
        call("release", "function", "--tag", f"push{number}")
    assert call("prune", "function", "--yes") == 0
    assert Published(made_world.aws, "shop-staging").numbers() == ["4"]


def test_sigterm_is_an_abort(twin: Twin, call: Call) -> None:
    """A runner that is told to stop ends in words, and gives the lease back."""
    made_world = world(twin)
    made_world.push("first")
    twin.clock.after(20, lambda: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(Aborted, match="What AWS was doing goes on"):
        call("release", "server", "--tag", "first")
    assert call("unlock", "server") == 0
    assert call("release", "server", "--tag", "first") == 0


def test_signal_handler_is_put_back() -> None:
    """Nothing stays behind in the process."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), terminable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_workflow_is_the_owner(
    twin: Twin, call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a workflow the history has who started it, and where."""
    world(twin).push("first")
    facts: dict[str, Any] = {
        "GITHUB_RUN_ID": "77",
        "GITHUB_ACTOR": "ann",
        "GITHUB_REPOSITORY": "shop/price",
    }
    for name, value in facts.items():
        monkeypatch.setenv(name, value)
    call("release", "server", "--tag", "first", "--json")
    record = json.loads(capsys.readouterr().out)
    assert record["who"] == "ann"
    assert record["run"] == "https://github.com/shop/price/actions/runs/77"
