"""The list of calls is what the verbs call, and the roles made from it suffice."""

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from deploy.calls import LIST, Calls, read_calls, written
from deploy.github_policies import (
    DEPLOY_VERBS,
    PLAN_VERBS,
    build_policy,
    deploy_policy,
    plan_policy,
)
from deploy.names import Names
from deploy.policies import Document
from deploy.scope import Scope
from tests.deploy.recording import listed, record
from tests.deploy.worlds import DOORS
from tests.twin.environment import ACCOUNT, REGION
from tests.twin.permissions import Need

SCOPE = Scope("aws", ACCOUNT, REGION, (Names("shop", "staging"), Names("shop", "production")))
INLINE_LIMIT = 10_240
"""Characters of a role's inline policies together."""

Found = dict[str, dict[str, set[Need]]]


@pytest.fixture(scope="module")
def found() -> Found:
    """What every verb needs, recorded once."""
    return record()


@pytest.fixture(scope="module")
def calls() -> Calls:
    """What the file says."""
    return read_calls()


def allows(policy: Document, need: Need) -> bool:
    """Whether some statement allows the action on the resource; conditions are not looked at.

    Amazon's own parameters belong to no account.
    """
    wanted = need.resource.replace(f"{ACCOUNT}:parameter/aws/service", ":parameter/aws/service")
    wanted = wanted.replace(":::", "::") if wanted.startswith("arn:aws:ssm") else wanted
    return any(
        need.action in statement["Action"]
        and any(wanted == "*" or fnmatchcase(wanted, place) for place in statement["Resource"])
        for statement in policy["Statement"]
    )


def lacking(policy: Document, found: Found, verbs: Any, doors: Any = DOORS) -> list[str]:
    """The recorded needs of the verbs that a policy does not allow."""
    return sorted(
        f"{verb}: {need.action} on {need.resource}"
        for door in doors
        for verb in verbs
        for need in found[door].get(verb, ())
        if not allows(policy, need)
    )


def test_the_list_is_what_the_verbs_call(found: Found, calls: Calls) -> None:
    """`python -m tests.deploy.recording` writes it anew."""
    assert listed(found) == calls
    assert LIST.read_text(encoding="utf-8") == written(calls)


def test_the_deploy_role_suffices(found: Found, calls: Calls) -> None:
    """For every recorded call of its verbs, on its resource."""
    assert lacking(deploy_policy(SCOPE, calls), found, DEPLOY_VERBS) == []


def test_the_plan_role_suffices(found: Found, calls: Calls) -> None:
    """For the plan of both doors, and the proposal."""
    assert lacking(plan_policy(SCOPE, calls), found, PLAN_VERBS) == []


def test_the_build_role_suffices(found: Found, calls: Calls) -> None:
    """For what `push` itself calls; the engine's calls stand beside them."""
    assert lacking(build_policy(SCOPE, calls), found, ["push"], ["image"]) == []


def test_the_plan_role_writes_nothing(calls: Calls) -> None:
    """Every action of it reads."""
    actions = {each for one in plan_policy(SCOPE, calls)["Statement"] for each in one["Action"]}
    reads = ("Describe", "Get", "List", "Head", "BatchGet")
    assert [each for each in actions if not each.partition(":")[2].startswith(reads)] == []


@pytest.mark.parametrize("make", [build_policy, deploy_policy, plan_policy])
def test_a_policy_fits_into_its_role(calls: Calls, make: Any) -> None:
    """AWS allows 10,240 characters of inline policies; every statement has a name of its own."""
    policy = make(SCOPE, calls)
    assert len(json.dumps(policy, separators=(",", ":"))) < INLINE_LIMIT
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(sids) == len(set(sids))
