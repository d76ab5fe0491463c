"""What has one of our names and is somebody else's is neither changed nor deleted."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import msgspec
import pytest
from botocore import xform_name

from deploy import github, names, ownership, walk
from deploy.config import Alarms
from deploy.errors import Refused
from deploy.github import Access, github_stack
from deploy.ownership import ADOPTIONS, STANDS_IN
from deploy.permissions.github_policies import Subject
from tests.deploy.worlds import CONFIG, DOORS, World, inventory, made
from tests.twin.twin import Twin


@contextmanager
def somebody_else() -> Iterator[None]:
    """What is made meanwhile has our names and not our mark."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (names, github):
            patch.setattr(module, "MANAGED", {})
        patch.setattr(ownership, "ADOPTIONS", {})
        yield


@pytest.fixture(params=DOORS)
def foreign(request: pytest.FixtureRequest, twin: Twin) -> World:
    """A door of which everything is somebody else's."""
    with somebody_else():
        return made(twin, str(request.param))


def test_everything_that_can_carry_the_mark_is_refused_without_it(foreign: World) -> None:
    """One thing after another, by name, until the printed command has made it ours; nothing is
    written before. What is not asked is tagged late, has no tags, or stands in what is asked."""
    told: list[str] = []
    while (refusal := _refusal(foreign)) is not None:
        assert "another name in deploy.toml" in refusal
        assert foreign.twin.calls.writes == []
        told.append(refusal.partition(" exists already, and without the tag")[0])
        _run(foreign, refusal.partition("make it ours: ")[2])
    assert {change.kind for change in foreign.plan()} <= {"bucket", "launch template"}
    resources = foreign.stack().resources
    assert told == [f"The {each.kind} {each.name}" for each in resources
                    if each.kind in ADOPTIONS and each.find()]  # fmt: skip
    tagged = {each.kind for each in resources if "tags" in (each.settings() or ())}
    assert tagged - ADOPTIONS.keys() == {"bucket"}


def test_destroy_leaves_what_is_somebody_elses(foreign: World) -> None:
    """With whatever stands in it; what carries no tags or has them late goes."""
    before = inventory(foreign.twin)
    gone = {change.kind for change in foreign.destroy()}
    assert gone == {"bucket", "alarm", "dashboard"}
    after = inventory(foreign.twin)
    assert {name for name in before if before[name] != after[name]} == {
        "buckets", "alarms", "dashboards",
    }  # fmt: skip
    found = {each.kind for each in foreign.stack().resources if each.find()}
    parts = {part for part, whole in STANDS_IN.items() if whole in found}
    assert parts - found <= {"public access", "schedule", "web ACL association"}


def test_what_is_not_wanted_may_be_somebody_elses(twin: Twin) -> None:
    """A topic of our name is let alone where no alarm is to tell anybody."""
    world = made(twin, config=msgspec.structs.replace(CONFIG, alarms=Alarms()))
    with twin.aside():
        twin.client("sns").create_topic(Name="shop-production-server-alarms")
    assert world.plan() == []


def test_a_role_of_github_actions_is_refused_as_well(twin: Twin) -> None:
    """And stays when the others are taken away."""
    access = Access(Subject("acme/shop"), "shop", twin.region, ("production",))
    with somebody_else():
        walk.apply(github_stack(World(twin).aws, access, {})[1:2])
    twin.calls.clear()
    name = f"shop-github-build-{twin.region}"
    with pytest.raises(Refused, match=f"The role {name} exists already"):
        walk.plan(github_stack(World(twin).aws, access, {}))
    assert walk.destroy(walk.there(github_stack(World(twin).aws, access, {}))) == []
    assert twin.calls.writes == []


def _refusal(world: World) -> str | None:
    try:
        world.plan()
    except Refused as refusal:
        return str(refusal)
    return None


def _run(world: World, command: str) -> None:
    """What the AWS CLI does with the command."""
    program, service, operation, *words = shlex.split(command)
    assert program == "aws"
    options = dict(zip(words[::2], words[1::2], strict=True))
    region = options.pop("--region", None)
    assert (region is None) == (service == "iam")
    session: Any = boto3.Session(region_name=region or world.config.region)
    client = session.client(service)
    called = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[called])
    members = {f"--{xform_name(key, '-')}": key for key in shape.input_shape.members}
    arguments = {
        members[option]: _value(shape.input_shape.members[members[option]], text)
        for option, text in options.items()
    }
    with world.twin.aside():
        getattr(client, called)(**arguments)


def _value(shape: Any, text: str) -> Any:
    """The CLI's shorthand: one text, a map, or a list of one structure or text."""
    if shape.type_name == "list":
        return [_value(shape.member, text)]
    if shape.type_name == "string":
        return text
    pairs = dict(each.split("=") for each in text.split(","))
    return {key: value == "true" if value in ("true", "false") else value
            for key, value in pairs.items()}  # fmt: skip
