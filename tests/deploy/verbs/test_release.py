"""The verb `release`."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from deploy.errors import Aborted, Failed, Refused
from deploy.names import SERVER
from deploy.releases import releaser
from deploy.releases.asking import smoke_of
from deploy.releases.history import History
from deploy.releases.lease import Holder, holder_of, key_of
from deploy.releases.smoke import Smoke as UrlSmoke
from deploy.releases.stopping import terminable
from deploy.releases.store import Store
from tests.deploy.verbs.shop import TOML, Call, FakeUrlSmoke, place, world
from tests.deploy.worlds import push
from tests.twin.twin import Twin


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


def test_no_op_says_so(twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """The digest that runs is released with exit code 0, in words and in JSON."""
    digest = world(twin).push("first")
    call("release", "server", "--tag", "first")
    capsys.readouterr()
    assert call("release", "server", "--tag", "first") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{digest} runs already: nothing to do."
    assert said[1].startswith("It answers at http://")
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

    monkeypatch.setattr(releaser, "smoke_of", smoke_of)
    monkeypatch.setattr(UrlSmoke, "_send", slow)
    with pytest.raises(Failed, match="not yet"):
        call("release", "server", "--tag", "first")
    assert len(held) == 6
    assert None not in held


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


def test_unlock_of_what_is_no_lease(
    twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named, and taken away after a yes as a lease is."""
    made_world = world(twin)
    Store(made_world.aws, place().bucket, SERVER).put(key_of(SERVER), b"{")
    with pytest.raises(Refused, match=r"lease/server\.json is nothing that"):
        call("status", "server")
    with pytest.raises(Refused, match="add --yes"):
        call("unlock", "server")
    assert call("unlock", "server", "--yes") == 0
    assert capsys.readouterr().out == "The lease is free now.\n"
    assert call("status", "server") == 0


def test_half_applied_stack(twin: Twin, call: Call) -> None:
    """Without its group every verb says what makes it; the history has no record of that."""
    made_world = world(twin)
    made_world.push("first")
    with twin.aside():
        twin.client("autoscaling").delete_auto_scaling_group(
            AutoScalingGroupName=place().group, ForceDelete=True
        )
    for words in (
        ("release", "server", "--tag", "first"),
        ("abort", "server"),
        ("status", "server"),
    ):
        with pytest.raises(Refused, match=r"There is no group .*`apply server` makes it"):
            call(*words)
    with twin.aside():
        twin.client("ec2").delete_launch_template(LaunchTemplateName=place().template)
    with pytest.raises(Refused, match=r"There is no launch template .*`apply server` makes it"):
        call("release", "server", "--tag", "first")
    assert list(History(made_world.aws, place().bucket, SERVER).newest()) == []


def test_schedule_after_a_first_release_that_failed(
    twin: Twin, call: Call, smoke: FakeUrlSmoke, tmp_path: Path
) -> None:
    """Whichever release is the first good one, what it opens is complete, under its lease."""
    schedule = 'schedule = [{name = "night", cron = "0 22 * * *", min = 1, max = 1, desired = 1}]'
    path = tmp_path / "deploy.toml"
    path.write_text(TOML.replace("warmup_seconds = 10", f"warmup_seconds = 10, {schedule}"))
    call("apply", "server", "--yes")
    for tag in ("first", "second"):
        push(twin, "shop", tag)
    smoke.fault = "wrong price"
    with pytest.raises(Failed):
        call("release", "server", "--tag", "first")
    smoke.fault = ""
    assert call("release", "server", "--tag", "second") == 0
    actions = twin.client("autoscaling").describe_scheduled_actions()
    assert len(actions["ScheduledUpdateGroupActions"]) == 1
    assert call("plan", "server") == 0


def test_history_has_what_rollback_takes(
    twin: Twin, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """The version's number, and a tag by its name; no number of releases is none."""
    digest = world(twin).push("v1")
    call("release", "server", "--tag", "v1")
    capsys.readouterr()
    assert call("history", "server") == 0
    assert f"release of version 2, {digest} (tag v1) by " in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call("history", "server", "--last", "0")
    assert "0 releases are none" in capsys.readouterr().err
