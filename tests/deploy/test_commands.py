"""The verbs plan, apply and destroy, as they are typed."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.aws import Aws
from deploy.errors import Failed, LeaseHeld, Refused, RollbackFailed
from deploy.names import SERVER
from deploy.releases.history import SUCCEEDED, History, Record
from deploy.releases.lease import Lease
from tests.deploy.worlds import World, inventory, push
from tests.twin.twin import Twin

LEAST = """\
name = "shop"
region = "us-east-1"
"""
TEXT = LEAST + "balancer = { deletion_protection = false }\n"

Type = Callable[..., int]


@pytest.fixture
def command(twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types a command in a directory with a deploy.toml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deploy.toml").write_text(TEXT, encoding="utf-8")

    def connect(region: str) -> Aws:
        assert region == "us-east-1"
        return Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)

    return lambda line: main(line.split(), connect=connect)


def test_from_nothing_to_nothing(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plan says what is missing with code 2, apply makes it, plan is empty, destroy proves."""
    before = inventory(twin)
    assert command("plan server") == 2
    assert "19 to make." in capsys.readouterr().out
    assert command("apply server --yes") == 0
    output = capsys.readouterr().out
    assert "A month costs $0.00 before and $58.17 after" in output.partition("    made")[0]
    assert "    made  load balancer shop-production" in output
    assert "`python -m deploy push` and `python -m deploy release server` come next" in output
    assert "WARNING: the balancer serves plain HTTP" in output
    for verb in ("plan", "apply"):
        assert command(f"{verb} server") == 0
        output = capsys.readouterr().out
        assert "Nothing to change." in output
        assert "\n\n\n" not in output
    assert command("destroy server --yes --with-images --with-logs") == 0
    assert "Nothing of it is left" in capsys.readouterr().out
    assert inventory(twin) == before


def test_a_look_starts_without_the_stacks() -> None:
    """What only looks imports neither them nor what releases."""
    looks = ", ".join(f"deploy.verbs.{each}" for each in ("status", "url", "history", "logs"))
    heavy = "[each for each in sys.modules if each.endswith(('_stack', 'rollout', 'canary'))]"
    code = f"import sys, {looks}; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"


def test_no_resource_is_looked_for_in_vain(command: Type, twin: Twin) -> None:
    """An apply without a change walks once, with one call for all alarms; a destroy walks to list
    what it then deletes, and to prove that it is gone."""
    command("apply server --yes")
    for line, walks in (("apply server --yes", 1), ("destroy server --yes", 2)):
        twin.calls.clear()
        assert command(line) == 0
        names = twin.calls.names
        for each in ("iam.GetRole", "cloudwatch.DescribeAlarms", "cloudwatch.GetDashboard"):
            assert names.count(each) == walks, (line, each)


def test_images_and_logs_are_kept_unless_asked(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """And it says so of each."""
    command("apply server --yes")
    assert command("destroy server --yes") == 0
    output = capsys.readouterr().out
    assert "image repository shop stays: images are kept without --with-images" in output
    assert "log group /shop/production/server stays" in output
    left = {name: count for name, count in inventory(twin).items() if count}
    assert (left["repositories"], left["log groups"]) == (1, 1)
    assert "buckets" not in left


def test_access_logs_are_kept_unless_asked(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the bucket with them, as the end says."""
    command("apply server --yes")
    (bucket,) = (each["Name"] for each in twin.client("s3").list_buckets()["Buckets"])
    twin.client("s3").put_object(Bucket=bucket, Key="access-logs/AWSLogs/1", Body=b"")
    assert command("destroy server --yes") == 0
    output = capsys.readouterr().out
    assert f"bucket {bucket} stays: history and access logs" in output
    assert output.splitlines()[-1] == (
        f"Nothing is left of it but what stays, image repository shop, bucket {bucket}, "
        "log group /shop/production/server: every resource and every tag was asked for."
    )
    assert command("destroy server --yes --with-logs") == 0
    assert f"- bucket {bucket}" in capsys.readouterr().out
    assert inventory(twin)["buckets"] == 0


def test_a_lease_alone_goes(command: Type, twin: Twin) -> None:
    """One that was given back means nothing without the service."""
    command("apply server --yes")
    (bucket,) = (each["Name"] for each in twin.client("s3").list_buckets()["Buckets"])
    with Lease(World(twin).aws, bucket, SERVER, owner="bob"):
        pass
    assert command("destroy server --yes") == 0
    assert inventory(twin)["buckets"] == 0


def test_the_history_outlives_the_service(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """It tells of the end too, before which nothing counts as the release that runs."""
    command("apply server --yes")
    (bucket,) = (each["Name"] for each in twin.client("s3").list_buckets()["Buckets"])
    history = History(World(twin).aws, bucket, SERVER)
    released = Record(
        verb="release", started=0.0, digest="sha256:one", outcome=SUCCEEDED, who="ann"
    )
    history.write(released)
    capsys.readouterr()
    assert command("destroy server --yes --json") == 0
    kept = json.loads(capsys.readouterr().out)["kept"]
    assert {"image repository", "bucket", "log group"} == {each["kind"] for each in kept}
    end, first = history.newest()
    assert (end.verb, end.outcome, first) == ("destroy", "destroyed", released)
    assert history.last_success() is None
    assert command("history server") == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("destroyed")
    assert command("destroy server --yes --with-logs") == 0
    assert inventory(twin)["buckets"] == 0


def test_a_destroy_that_fails_ends_no_history(command: Type, twin: Twin) -> None:
    """What runs on can still go back to what was before; run again, the end is told."""
    command("apply server --yes")
    (bucket,) = (each["Name"] for each in twin.client("s3").list_buckets()["Buckets"])
    history = History(World(twin).aws, bucket, SERVER)
    history.write(
        Record(verb="release", started=0.0, digest="sha256:one", outcome=SUCCEEDED, who="ann")
    )
    twin.faults.on("cloudwatch.DeleteAlarms", error="AccessDenied")
    assert command("destroy server --yes") == 3
    assert history.last_success() is not None
    assert command("destroy server --yes") == 0
    assert history.last_success() is None


def test_what_is_not_there_does_not_stay(command: Type, capsys: pytest.CaptureFixture[str]) -> None:
    """Of an empty account there is nothing to tell."""
    assert command("destroy server --yes") == 0
    output = capsys.readouterr().out
    assert "Nothing to delete." in output
    assert "stays" not in output
    assert "\n\n\n" not in output


def test_the_bucket_stays_while_the_other_door_uses_it(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the images may not go then; the last door takes both."""
    command("apply server --yes")
    command("apply function --yes")
    assert command("destroy server --yes --with-images") == 3
    assert "also those of production function" in capsys.readouterr().err
    assert command("destroy server --yes --with-logs") == 0
    assert inventory(twin)["buckets"] == 1
    assert command("destroy function --yes --with-images --with-logs") == 0
    assert inventory(twin)["buckets"] == 0


def test_protection_is_not_overrun(command: Type, twin: Twin, tmp_path: Path) -> None:
    """Production has it unasked. --yes is not enough: --force says that it is meant."""
    (tmp_path / "deploy.toml").write_text(LEAST, encoding="utf-8")
    command("apply server --yes")
    before = inventory(twin)
    assert command("destroy server --yes") == 3
    assert inventory(twin) == before
    assert command("destroy server --yes --force") == 0
    assert inventory(twin)["balancers"] == 0


def test_images_of_somebody_else_are_left_alone(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their repository has our name: nothing is made beside it, and no verb changes or deletes it.
    What of ours stands already can be taken away without it."""
    command("apply server --yes")
    ecr = twin.client("ecr")
    ecr.delete_repository(repositoryName="shop")
    ecr.create_repository(repositoryName="shop", imageTagMutability="MUTABLE")
    for number in range(12):
        push(twin, "shop", f"theirs{number}")
    twin.calls.clear()
    for verb in ("plan", "apply", "prune"):
        assert command(f"{verb} server --yes") == Refused.exit_code
        assert "error: The image repository shop exists already" in capsys.readouterr().err
    assert twin.calls.writes == []
    assert command("destroy server --yes --with-images --with-logs") == 0
    assert "  image repository shop stays: without the tag managed-by" in capsys.readouterr().out
    (left,) = ecr.describe_repositories()["repositories"]
    assert left["imageTagMutability"] == "MUTABLE"
    assert len(ecr.list_images(repositoryName="shop")["imageIds"]) == 12
    assert inventory(twin)["balancers"] == 0


def test_machines_get_json(command: Type, capsys: pytest.CaptureFixture[str]) -> None:
    """One document, and nothing besides."""
    assert command("plan server --json") == 2
    planned = json.loads(capsys.readouterr().out)
    assert command("apply server --json --yes") == 0
    applied = json.loads(capsys.readouterr().out)
    assert planned["account"] == "123456789012"
    assert [each["name"] for each in planned["changes"]] == [
        each["name"] for each in applied["changes"]
    ]
    assert command("destroy server --json --yes") == 0
    deleted = json.loads(capsys.readouterr().out)
    assert {each["action"] for each in deleted["changes"]} == {"delete"}


def test_nobody_is_asked_where_nobody_is(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal, only --yes goes on."""
    assert command("apply server") == 3
    assert "add --yes" in capsys.readouterr().err
    assert [call.name for call in twin.calls.writes] == []


@pytest.mark.parametrize(("answer", "code"), [("production", 0), ("yes", 3), ("", 3)])
def test_a_person_types_the_environment(
    command: Type, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    """Nothing else will do."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert command("apply function") == code


def test_a_missing_permission_names_the_action(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """As IAM calls it, not as the call is called; and no stack trace."""
    twin.faults.on("elbv2.CreateTargetGroup", error="AccessDenied")
    assert command("apply server --yes") == 3
    error = capsys.readouterr().err
    assert "may not do elasticloadbalancing:CreateTargetGroup" in error
    assert "Traceback" not in error
    twin.faults.clear()
    assert command("apply server --yes") == 0


def test_any_other_refusal_is_told(
    command: Type, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the call, AWS's code, and what to do."""
    twin.faults.on("ec2.CreateSecurityGroup", error="SecurityGroupLimitExceeded")
    assert command("apply server --yes") == 4
    error = capsys.readouterr().err
    assert "AWS refused CreateSecurityGroup with SecurityGroupLimitExceeded" in error
    assert "it goes on where it stopped" in error


@pytest.mark.parametrize(
    "line",
    [
        "",
        "fly",
        "plan",
        "plan balloon",
        "plan server --config",
        "destroy server --all",
        "logs server --minutes -5",
        "logs server --minutes soon",
        "cost server --requests -5",
        "cost server --seconds inf",
    ],
)
def test_wrong_usage_is_refused_input(
    command: Type, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    """Not with 2, which would read as a plan with changes."""
    assert command(line) == 3
    assert capsys.readouterr().err.startswith("error: ")


def test_contradicting_times_are_refused(
    command: Type, tmp_path: Path, twin: Twin, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is made."""
    text = TEXT + '[settings]\nESTIMATOR_KEEP_ALIVE_SECONDS = "5"\n'
    (tmp_path / "deploy.toml").write_text(text, encoding="utf-8")
    assert command("apply server --yes") == 3
    assert "idle timeout of 60 s" in capsys.readouterr().err
    assert twin.calls.writes == []


def test_what_failed_besides_is_a_line_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Below the error, whose exit code it does not change."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deploy.toml").write_text(TEXT, encoding="utf-8")

    def connect(_: str) -> Aws:
        error = RollbackFailed("it does not come up")
        error.add_note("The lease was not given back.")
        raise error

    assert main(["status", "server"], connect=connect) == RollbackFailed.exit_code
    shown = capsys.readouterr().err
    assert shown == "error: it does not come up\nThe lease was not given back.\n"


def test_the_exit_codes_differ() -> None:
    """A rollback that failed is worse than a failure, and both can be told apart."""
    assert len({Refused.exit_code, Failed.exit_code, RollbackFailed.exit_code, 0, 2}) == 5


def test_a_stranger_with_our_tags_is_found(twin: Twin, command: Type) -> None:
    """Something that carries our tags and is no part of the stack is not passed over."""
    world = World(twin)
    command("apply server --yes")
    with twin.aside():
        tags = [{"Key": key, "Value": value} for key, value in _tags(world).items()]
        twin.client("sns").create_topic(Name="stranger", Tags=tags)
    assert command("destroy server --yes") == 7


def _tags(world: World) -> dict[str, str]:
    return {"service": world.config.name, "environment": "production", "door": "server"}


def test_nobody_changes_anything_beside_a_release(
    twin: Twin, command: Type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Apply, prune and destroy wait for their turn as a release does, and give it back."""
    assert command("apply server --yes") == 0
    assert command("destroy function --yes") == 0
    world = World(twin)
    for number in range(12):
        twin.clock.advance(60)
        world.push(f"push{number}")
    bucket = "shop-production-123456789012-us-east-1"
    lease = Lease(world.aws, bucket, SERVER, owner="bob")
    lease.__enter__()
    (tmp_path / "deploy.toml").write_text(TEXT + "[logs]\nretention_days = 90\n", encoding="utf-8")
    twin.calls.clear()
    for line in ("apply server --yes", "prune server --yes", "destroy server --yes"):
        assert command(line) == LeaseHeld.exit_code
        assert "bob has been deploying" in capsys.readouterr().err
    assert twin.calls.writes == []
    lease.give_back()
    for line in ("apply server --yes", "prune server --yes", "destroy server --yes"):
        assert command(line) == 0


def test_a_list_that_has_changed_is_not_pruned(
    twin: Twin, command: Type, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a person has not seen is not deleted."""
    command("apply server --yes")
    world = World(twin)
    for number in range(12):
        twin.clock.advance(60)
        world.push(f"push{number}")

    def answer(_: str) -> str:
        world.push("later")
        return "production"

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert command("prune server") == Refused.exit_code
    assert "look at the list again" in capsys.readouterr().err
