"""The whole flow as it is typed: processes of their own, and AWS behind AWS_ENDPOINT_URL."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.config_file import read_config
from deploy.names import FUNCTION, IMAGE_TAG
from deploy.releases.lease import SECONDS
from tests.deploy.internet import CARD, Internet, internet
from tests.deploy.scenes import running as images
from tests.deploy.service import Service
from tests.deploy.terminal import LIMIT, Terminal
from tests.deploy.worlds import DOORS, World, inventory, running
from tests.twin.environment import REGION
from tests.twin.gate import Request, Rule
from tests.twin.twin import Twin

TOML = f"""\
name = "shop"
region = "{REGION}"
server = {{min = 1, desired = 1, max = 2, warmup_seconds = 10}}
release = {{bake_seconds = 20, keep = 1}}
function = {{concurrency = 5}}
balancer = {{deletion_protection = false}}
"""
GROUP = "shop-production"
LOGS = "/shop/production/server"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Internet]:
    """The internet, where function URLs have a certificate."""
    with internet(tmp_path, f"*.lambda-url.{REGION}.on.aws") as there:
        yield there


@pytest.fixture
def terminal(twin: Twin, outside: Internet, tmp_path: Path) -> Iterator[Terminal]:
    """A checkout with its configuration, and an empty account."""
    with twin.serve() as url:
        yield Terminal(tmp_path, url, outside, TOML)


@pytest.fixture
def world(twin: Twin, terminal: Terminal) -> World:
    """The configured server, one instance of which runs a first image."""
    return running(twin, read_config(terminal.checkout / "deploy.toml", "production", {}))


def first_image(world: World) -> str:
    """The digest that it runs."""
    with world.twin.aside():
        (digest,) = images(world.twin, GROUP)
    return digest


def push_and_release(terminal: Terminal, door: str, word: str) -> str:
    """Commit, push and release, as a push to main does: the digest."""
    commit = terminal.commit(word)
    pushed = json.loads(terminal.good("push --json"))
    assert (pushed["tag"], pushed["existed"]) == (commit, False)
    released = terminal.type(f"release {door}")
    assert released.code == 0, released.err
    assert released.out.startswith(f"release of {pushed['digest']} succeeded in ")
    assert "smoke: …" in released.err
    return str(pushed["digest"])


@pytest.mark.parametrize("door", DOORS)
def test_from_nothing_to_nothing(
    terminal: Terminal, twin: Twin, outside: Internet, door: str
) -> None:
    """Every verb of a service's life, with its exit code, and its result on standard output."""
    before = inventory(twin)
    twin.functions.answer = Service().invoked
    planned = terminal.type(f"plan {door}")
    assert (planned.code, planned.err) == (2, "")
    assert "`python -m deploy push` and" in terminal.good(f"apply {door} --yes")
    first = push_and_release(terminal, door, "one")
    status = json.loads(terminal.good(f"status {door} --json"))
    assert (status["last"]["digest"], status["holder"]) == (first, None)
    second = push_and_release(terminal, door, "two")
    assert f"Back to {first}" in terminal.good(f"rollback {door}")
    releases = json.loads(terminal.good(f"history {door} --json"))["releases"]
    assert [each["digest"] for each in releases] == [first, second, first]
    assert {each["model_version"] for each in releases} == {CARD["version"]}
    assert f"answers as the model {CARD['version']} should" in terminal.good(f"smoke {door}")
    assert "before  after" in terminal.good(f"cost {door}")
    terminal.good(f"prune {door} --yes")
    destroyed = terminal.good(f"destroy {door} --yes --with-images --with-logs")
    assert "Nothing of it is left" in destroyed
    assert inventory(twin) == before
    assert {each.path for each in outside.asked} == {"/model", "/predict"}
    assert {each.signed for each in outside.asked} == {door == FUNCTION}


SCREEN = """\
error: release of {new} was rolled back
why        A new instance did not come up.
instance   {instance} InService, unhealthy (Target.FailedHealthChecks, Health checks failed)
start      the container ended three times
container  exited with 3
last 1 lines of its log:
  | bundle/manifest.json: sha256 differs
serves     1 of 1 instances: {old}
next       python -m deploy logs server --env production
           python -m deploy history server --env production
"""


LAST_WORDS = (
    "start failed: the container ended three times; image x; exit code of the container 3",
    "bundle/manifest.json: sha256 differs",
)


def give_up(twin: Twin, digest: str) -> str:
    """What an instance of an image does whose container exits: it says so in the log group."""
    with twin.aside():
        wanted = [{"Name": f"tag:{IMAGE_TAG}", "Values": [digest]}]
        found = twin.client("ec2").describe_instances(Filters=wanted)["Reservations"]
        instance = str(found[0]["Instances"][0]["InstanceId"])
        report = {"logGroupName": LOGS, "logStreamName": f"{instance}/start-failure"}
        moment = int(twin.clock.time() * 1000)
        twin.client("logs").create_log_stream(**report)
        twin.client("logs").put_log_events(
            **report, logEvents=[{"timestamp": moment, "message": line} for line in LAST_WORDS]
        )
    return instance


def test_container_never_ready(world: World, terminal: Terminal, twin: Twin) -> None:
    """Exit code 5, the failure screen at the end of standard error, and the old image serves."""
    old, new = first_image(world), world.push("second")
    twin.health.script(digest=new, becomes="unhealthy", after=0)
    instances: list[str] = []
    twin.clock.after(45, lambda: instances.append(give_up(twin, new)))
    done = terminal.type("release server --tag second")
    assert (done.code, done.out) == (5, "")
    assert done.err[done.err.index("error:") :] == SCREEN.format(
        new=new, old=old, instance=instances[0]
    )
    assert images(twin, GROUP) == {old: 1}


def test_killed_release_goes_on(world: World, terminal: Terminal, twin: Twin) -> None:
    """A process that is killed gives nothing back: its lease runs out, its refresh is adopted."""
    new = world.push("second")
    killed: list[subprocess.Popen[str]] = []

    def kill(_: Request) -> None:
        if killed and twin.refreshes.of(GROUP):
            killed.pop().kill()

    twin.gate.add([Rule("autoscaling", "DescribeAutoScalingGroups", kill)])
    with terminal.start("release server --tag second") as process:
        killed.append(process)
        process.communicate(timeout=LIMIT)
    assert process.returncode == -signal.SIGKILL
    held = terminal.type("release server --tag second")
    assert held.code == 9
    assert "a run that has died loses its lease in" in held.err
    twin.clock.advance(SECONDS)
    done = terminal.type("release server --tag second")
    assert done.code == 0, done.err
    assert "adopts the refresh" in done.err
    assert images(twin, GROUP) == {new: 1}


WITHOUT_PUSH = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "ecr:PutImage", "Resource": "*"}],
}


def deployer(twin: Twin) -> dict[str, str]:
    """The credentials of a session of a new role."""
    made = twin.client("iam").create_role(
        RoleName="deployer", Path="/team/", AssumeRolePolicyDocument="{}"
    )
    arn = made["Role"]["Arn"]
    answer = twin.client("sts").assume_role(RoleArn=arn, RoleSessionName="ann")
    return dict(answer["Credentials"])


def attach(twin: Twin, name: str, document: object) -> None:
    """Give the role one policy more."""
    twin.client("iam").put_role_policy(
        RoleName="deployer", PolicyName=name, PolicyDocument=json.dumps(document)
    )


@pytest.mark.parametrize("door", DOORS)
def test_doctor_finds_its_own_policy_enough(terminal: Terminal, twin: Twin, door: str) -> None:
    """Whoever has what `doctor --policy` prints lacks nothing, and without a part of it just that
    is named: exit code 3."""
    terminal.sign_in(deployer(twin))
    for number, document in enumerate(json.loads(terminal.good(f"doctor {door} --policy"))):
        attach(twin, f"page-{number}", document)
    well = terminal.good(f"doctor {door}")
    assert re.search(r"ok  permissions +all \d+ actions are allowed\n", well)
    attach(twin, "without", WITHOUT_PUSH)
    done = terminal.type(f"doctor {door}")
    assert (done.code, done.err) == (3, "")
    assert "BAD  permissions" in done.out
    assert "→ Allow ecr:PutImage: `doctor --policy`" in done.out
