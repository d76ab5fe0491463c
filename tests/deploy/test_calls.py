"""The list of calls is what the verbs call, and the policies made from it suffice, and no more."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.config import Alarms, Balancer, Config, Function, Schedule, Server
from deploy.names import FUNCTION, SERVER, Names
from deploy.permissions.calls import LIST, Calls, read_calls, written
from deploy.permissions.github_policies import (
    DEPLOY_VERBS,
    PLAN_VERBS,
    PUSHES,
    build_policy,
    deploy_policy,
    plan_policy,
)
from deploy.permissions.grants import statements
from deploy.permissions.operator_policy import (
    MANAGED_LIMIT,
    operator_actions,
    operator_policies,
    operator_statements,
    size,
)
from deploy.permissions.policies import Document, document
from deploy.permissions.scope import Scope
from tests.deploy.options import PLAIN
from tests.deploy.recording import SHARED, Found, Part, life, listed, parts, together
from tests.deploy.worlds import DOORS
from tests.twin.environment import ACCOUNT, REGION
from tests.twin.permissions import Need
from tests.twin.policies import ALLOWED, concerns, verdict

INLINE_LIMIT = 10_240
"""Characters of a role's inline policies together."""

NIGHT = Schedule(name="night", cron="0 22 * * *", min=2, max=4, desired=2)
BARE = Config(name="shop", region=REGION)
EVERY = Config(
    name="shop",
    region=REGION,
    server=Server(schedule=(NIGHT,)),
    balancer=Balancer(waf_acl_arn="arn"),
    alarms=Alarms(email="pager@example.org"),
    function=Function(public=True),
)
UNRECORDED = dict.fromkeys(PUSHES, "the engine asks for it, in a process of its own")
"""Actions that no recording can see, and why they are allowed."""

UNUSED = {
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-production:*": (
        "the reference does not tell an alias from its function where aliases are asked for"
    ),
    f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:shop-production-function-*": (
        "the first release of the server puts its alarms; one list of actions serves both doors"
    ),
    f"arn:aws:sns:{REGION}:{ACCOUNT}:shop-production-function-alarms": (
        "that release looks whom its alarms tell; as above"
    ),
}
"""Resources that nothing recorded is about, and why they are allowed."""


def scope(*environments: str, doors: tuple[str, ...] = DOORS) -> Scope:
    """The service in some environments; what is recorded is recorded in production."""
    names = tuple(Names("shop", each) for each in environments)
    return Scope("aws", ACCOUNT, REGION, names, doors)


PRODUCTION = scope("production")


def _recorded_once(part: Part, place: Path) -> Found:
    """Recorded by the process that comes first to it; another waits for it and reads it."""
    path = place / f"{part.name}.json"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_bytes(msgspec.json.encode(part.record()))
    return msgspec.json.decode(path.read_bytes(), type=Found)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """What every verb needs, by part; the workers of pytest-xdist begin at either end of them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    place = tmp_path_factory.getbasetemp()
    order = parts()[::-1] if worker.endswith(tuple("13579")) else parts()
    return {part.name: _recorded_once(part, place.parent if worker else place) for part in order}


@pytest.fixture(scope="module")
def found(recorded: dict[str, Found]) -> Found:
    """What every verb needs in all of them."""
    return together(recorded.values())


@pytest.fixture(scope="module")
def calls() -> Calls:
    """What the file says."""
    return read_calls()


def policy_of(role: str, calls: Calls) -> Document:
    """The policy of a role of GitHub's in production, or of whoever deploys through a door."""
    if role in DOORS:
        return document(*operator_statements(scope("production", doors=(role,)), calls, EVERY))
    makers = {"build": build_policy, "deploy": deploy_policy, "plan": plan_policy}
    return makers[role](PRODUCTION, calls)


def needed(role: str, found: Found) -> set[Need]:
    """What was recorded of the verbs of a role."""
    if role in DOORS:
        return _needs(found, [role, SHARED], [verb for door in found for verb in found[door]])
    verbs = {"build": ("push",), "deploy": DEPLOY_VERBS, "plan": PLAN_VERBS}[role]
    return _needs(found, [SHARED] if role == "build" else DOORS, verbs)


def _needs(found: Found, doors: Iterable[str], verbs: Iterable[str]) -> set[Need]:
    return {need for verb in verbs for door in doors for need in found[door].get(verb, ())}


ROLES = ("build", "deploy", "plan", SERVER, FUNCTION)


def test_the_list_is_what_the_verbs_call(found: Found, calls: Calls) -> None:
    """`python -m tests.deploy.recording` writes it anew."""
    assert listed(found) == calls
    assert LIST.read_text(encoding="utf-8") == written(calls)


@pytest.mark.parametrize("role", ROLES)
def test_a_policy_suffices(found: Found, calls: Calls, role: str) -> None:
    """For every recorded need of its verbs: action, resource and conditions."""
    policy = policy_of(role, calls)
    lacking = [need for need in needed(role, found) if verdict(policy, need) != ALLOWED]
    assert sorted(map(str, lacking)) == []


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_a_policy_is_unused(found: Found, calls: Calls, role: str) -> None:
    """Every statement is about some recorded need, by each of its actions and of its resources."""
    wanted = needed(role, found)
    unused = [
        part
        for statement in policy_of(role, calls)["Statement"]
        for part in _parts(statement)
        if not any(concerns(part, need) for need in wanted)
    ]
    assert unused == []


def _parts(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A statement about each of its actions alone, and about each of its resources alone."""
    actions = [each for each in statement["Action"] if each not in UNRECORDED]
    for action in actions:
        yield statement | {"Action": action}
    for resource in statement["Resource"] if actions else ():
        if resource not in UNUSED:
            yield statement | {"Resource": resource, "Action": tuple(actions)}


@pytest.mark.parametrize("other", ["staging", "prod"])
def test_a_deploy_role_reaches_no_other_environment(found: Found, calls: Calls, other: str) -> None:
    """Not even one whose name is the beginning of another's: what it shares it only reads."""
    policy = deploy_policy(scope(other), calls)
    reached = {
        need.action
        for need in needed("deploy", found)
        if need.resource != "*" and verdict(policy, need) == ALLOWED
    }
    assert reached - {"ec2:RunInstances", "ec2:CreateTags"} <= {
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "ecr:DescribeRepositories",
        "ecr:GetDownloadUrlForLayer",
        "ecr:GetRepositoryPolicy",
        "ssm:GetParameter",
    }
    own = [need for need in needed("deploy", found) if ":launch-template/" in need.resource]
    assert own
    assert [need for need in own if verdict(policy, need) == ALLOWED] == []


def test_a_condition_that_does_not_hold_is_not_allowed(calls: Calls) -> None:
    """The instances' role goes to EC2 alone, and who only looks asks the function through its URL
    alone; a release invokes its own function's versions too, and no other's."""
    policy = deploy_policy(PRODUCTION, calls)
    looking = document(*statements(PRODUCTION, calls[FUNCTION]["smoke"]))
    role = f"arn:aws:iam::{ACCOUNT}:role/shop-production-server-{REGION}"
    live = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-production:live"
    ec2, other = "ec2.amazonaws.com", "lambda.amazonaws.com"
    url = "lambda:InvokedViaFunctionUrl"
    assert verdict(policy, Need("lambda:InvokeFunction", live.replace("live", "12"))) == ALLOWED
    assert verdict(policy, Need("lambda:InvokeFunction", live.replace("shop-", "x-"))) != ALLOWED
    for given, action, resource, key, good, bad in (
        (policy, "iam:PassRole", role, "iam:PassedToService", ec2, other),
        (looking, "lambda:InvokeFunction", live, url, "true", "false"),
    ):
        ask = partial(Need, action, resource)
        assert verdict(given, ask(((key, (good,)),))) == ALLOWED
        assert verdict(given, ask(((key, (bad,)),))) != ALLOWED
        assert verdict(given, ask()) != ALLOWED


@pytest.mark.parametrize("door", DOORS)
def test_an_option_that_is_not_set_needs_nothing(
    recorded: dict[str, Found], calls: Calls, door: str
) -> None:
    """From nothing to nothing without an option: what is needed is allowed, and less than with
    all of them."""
    plain = recorded[Part(door, life, PLAIN).name]
    allowed = set(operator_actions(calls, BARE, door))
    called = {need.action for verbs in plain.values() for needs in verbs.values() for need in needs}
    assert called - allowed == set()
    optional = set(operator_actions(calls, EVERY, door)) - allowed
    assert optional
    assert optional & called == set()


def test_the_plan_role_writes_nothing(calls: Calls) -> None:
    """Every action of it reads."""
    actions = {each for one in policy_of("plan", calls)["Statement"] for each in one["Action"]}
    reads = ("Describe", "Get", "List", "Head", "BatchGet")
    assert [each for each in actions if not each.partition(":")[2].startswith(reads)] == []


def test_the_plan_role_reads_the_history_alone(calls: Calls) -> None:
    """It does so where the group is gone; no lease, no access log, no record is its business."""
    allowed = {
        place
        for one in policy_of("plan", calls)["Statement"]
        if "s3:GetObject" in one["Action"]
        for place in one["Resource"]
    }
    assert allowed == {f"arn:aws:s3:::shop-production-{ACCOUNT}-{REGION}/history/*"}


@pytest.mark.parametrize("role", ["build", "deploy", "plan"])
def test_a_policy_fits_into_a_role(calls: Calls, role: str) -> None:
    """AWS allows 10,240 characters of inline policies; every statement has a name of its own."""
    policy = policy_of(role, calls)
    assert size(policy) < INLINE_LIMIT
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() for sid in sids)


def test_both_environments_fit_into_the_roles_that_serve_both(calls: Calls) -> None:
    """Build and plan, whatever the names."""
    names = tuple(Names("a" * 20, each * 20) for each in "bc")
    for make in (build_policy, plan_policy):
        assert (
            size(make(Scope("aws-us-gov", ACCOUNT, "us-gov-west-1", names), calls)) < INLINE_LIMIT
        )


@pytest.mark.parametrize("door", DOORS)
def test_a_person_has_several_policies(calls: Calls, door: str) -> None:
    """Each fits into a managed one, and nothing is lost between them."""
    where = scope("production", doors=(door,))
    policies = operator_policies(where, calls, EVERY)
    assert max(map(size, policies)) <= MANAGED_LIMIT
    assert len(policies) <= 10
    together = [statement for policy in policies for statement in policy["Statement"]]
    assert together == operator_statements(where, calls, EVERY)
