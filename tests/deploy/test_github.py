"""Who may come in from GitHub, and what they may do."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from deploy import walk
from deploy.aws import Aws
from deploy.engine import PLATFORMS
from deploy.github import RUNNERS, Access, Variable, github_stack, variables
from deploy.names import Names
from deploy.permissions.calls import Calls
from deploy.permissions.github_policies import (
    AUDIENCE,
    ISSUER,
    Subject,
    build_policy,
    deploy_policy,
    plan_policy,
    trust_github,
)
from deploy.permissions.scope import Scope
from deploy.resources.identity_provider import IdentityProvider
from tests.deploy.account import ACCOUNT, REGION, empty_account

CALLS: Calls = {
    "image": {"push": ("ecr:DescribeImages", "ecr:GetAuthorizationToken")},
    "server": {
        "plan": ("ec2:DescribeVpcs", "iam:GetRole", "s3:GetBucketPolicy"),
        "release": (
            "autoscaling:StartInstanceRefresh",
            "ec2:CreateLaunchTemplateVersion",
            "ec2:RunInstances",
            "iam:PassRole",
            "s3:PutObject",
            "sts:GetCallerIdentity",
        ),
        "apply": ("iam:CreateRole",),
    },
    "function": {"release": ("lambda:UpdateAlias",)},
}
ENVIRONMENTS = ("staging", "production")
SCOPE = Scope("aws", ACCOUNT, REGION, tuple(Names("shop", each) for each in ENVIRONMENTS))
PRODUCTION = Scope("aws", ACCOUNT, REGION, (Names("shop", "production"),))
ACCESS = Access(Subject("acme/shop"), "shop", REGION, ENVIRONMENTS)


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An empty account."""
    with empty_account() as account:
        yield account


def statements(policy: dict[str, Any]) -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """Each action with its resources and its condition."""
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            yield action, statement["Resource"], statement.get("Condition", {})


def resources(policy: dict[str, Any], action: str) -> list[str]:
    """Where an action is allowed."""
    return [place for found, places, _ in statements(policy) if found == action for place in places]


def actions(policy: dict[str, Any]) -> set[str]:
    """Every action that is allowed somewhere."""
    return {action for action, _, _ in statements(policy)}


@pytest.mark.parametrize(
    ("subject", "forms"),
    [
        (Subject("acme/shop"), ("repo:acme/shop",)),
        (Subject("acme/shop", "7", "9"), ("repo:acme@9/shop@7",)),
        (Subject("acme/shop", "7", "9", both=True), ("repo:acme/shop", "repo:acme@9/shop@7")),
    ],
)
def test_a_repository_has_two_forms(subject: Subject, forms: tuple[str, ...]) -> None:
    """The plain one, or the numbered one where the numbers are known, or both."""
    assert subject.forms == forms


def test_each_role_trusts_its_own_subjects(aws: Aws) -> None:
    """Build: main. Deploy: its environment and nothing else. Plan: pull requests and main."""
    walk.apply(github_stack(aws, ACCESS, CALLS))
    trusted = {}
    for name in ACCESS.roles:
        role = aws.client("iam").get_role(RoleName=name)["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert list(statement["Condition"]) == ["StringEquals"]
        assert statement["Condition"]["StringEquals"][f"{ISSUER}:aud"] == AUDIENCE
        trusted[name] = statement["Condition"]["StringEquals"][f"{ISSUER}:sub"]
    assert trusted == {
        f"shop-github-build-{REGION}": ["repo:acme/shop:ref:refs/heads/main"],
        f"shop-github-deploy-staging-{REGION}": ["repo:acme/shop:environment:staging"],
        f"shop-github-deploy-production-{REGION}": ["repo:acme/shop:environment:production"],
        f"shop-github-plan-{REGION}": [
            "repo:acme/shop:pull_request",
            "repo:acme/shop:ref:refs/heads/main",
        ],
    }


def test_each_deploy_role_reaches_its_own_environment(aws: Aws) -> None:
    """The one that staging may take on names nothing of production."""
    walk.apply(github_stack(aws, ACCESS, CALLS))
    for environment, other in (ENVIRONMENTS, ENVIRONMENTS[::-1]):
        answer = aws.client("iam").get_role_policy(
            RoleName=f"shop-github-deploy-{environment}-{REGION}", PolicyName="permissions"
        )
        assert environment in str(answer["PolicyDocument"])
        assert other not in str(answer["PolicyDocument"])


def test_a_plan_writes_nothing_and_a_second_apply_is_empty(aws: Aws) -> None:
    """The roles are resources like any other."""
    planned = walk.plan(github_stack(aws, ACCESS, CALLS))
    assert [change.action for change in planned] == ["create"] * 5
    assert aws.client("iam").list_roles()["Roles"] == []
    assert walk.apply(github_stack(aws, ACCESS, CALLS)) == planned
    assert walk.apply(github_stack(aws, ACCESS, CALLS)) == []


def test_each_region_has_roles_of_its_own(aws: Aws) -> None:
    """Their policies name what is in one region, and IAM knows none: all names differ, and fit."""
    long = [
        Access(Subject("acme/shop"), "a" * 20, region, ("b" * 20, "b" * 19 + "c"))
        for region in ("ap-southeast-1", "ap-southeast-2")
    ]
    names = [name for access in long for name in access.roles]
    assert len(set(names)) == len(names) == 8
    assert max(map(len, names)) <= 64
    walk.apply(github_stack(aws, ACCESS, CALLS))
    other = Aws(boto3.Session(region_name="eu-west-1"))
    there = replace(ACCESS, region=other.region)
    assert [each.kind for each in walk.apply(github_stack(other, there, CALLS))] == ["role"] * 4
    assert walk.plan(github_stack(aws, ACCESS, CALLS)) == []


def test_drift_is_seen_and_mended(aws: Aws) -> None:
    """Another repository, other calls: trust and policy are updated, nothing else."""
    walk.apply(github_stack(aws, ACCESS, CALLS))
    other = Access(Subject("acme/store"), "shop", REGION, ENVIRONMENTS)
    fewer: Calls = {**CALLS, "function": {}}
    changes = walk.apply(github_stack(aws, other, fewer))
    keys = {change.name: [each.key for each in change.differences] for change in changes}
    assert keys == {
        f"shop-github-build-{REGION}": ["trust"],
        f"shop-github-deploy-staging-{REGION}": ["trust", "policy"],
        f"shop-github-deploy-production-{REGION}": ["trust", "policy"],
        f"shop-github-plan-{REGION}": ["trust"],
    }
    assert walk.plan(github_stack(aws, other, fewer)) == []


def test_a_role_that_was_tampered_with_is_mended(aws: Aws) -> None:
    """Session, tags and a lost policy too."""
    iam = aws.client("iam")
    walk.apply(github_stack(aws, ACCESS, CALLS))
    iam.update_role(RoleName=f"shop-github-build-{REGION}", MaxSessionDuration=3600)
    iam.delete_role_policy(RoleName=f"shop-github-build-{REGION}", PolicyName="permissions")
    iam.untag_role(RoleName=f"shop-github-build-{REGION}", TagKeys=["service"])
    (change,) = walk.apply(github_stack(aws, ACCESS, CALLS))
    assert [each.key for each in change.differences] == ["session_seconds", "policy", "tags"]
    assert walk.plan(github_stack(aws, ACCESS, CALLS)) == []


def test_a_provider_that_exists_is_used_as_it_is(aws: Aws) -> None:
    """Another repository's: it is neither made nor ours."""
    aws.client("iam").create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=[AUDIENCE]
    )
    changes = walk.apply(github_stack(aws, ACCESS, CALLS))
    assert [change.kind for change in changes] == ["role"] * 4
    assert not IdentityProvider(aws, ACCESS.tags).ours()


def test_a_provider_for_another_audience_lacks_ours(aws: Aws) -> None:
    """The plan says so."""
    aws.client("iam").create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=["another"]
    )
    change = walk.change_of(IdentityProvider(aws, ACCESS.tags))
    assert change is not None
    assert [(each.key, each.live) for each in change.differences] == [("audience", False)]


def test_everything_goes_again(aws: Aws) -> None:
    """And a second time there is nothing to do."""
    walk.apply(github_stack(aws, ACCESS, CALLS))
    assert IdentityProvider(aws, ACCESS.tags).ours()
    assert len(walk.destroy(walk.there(github_stack(aws, ACCESS, CALLS)))) == 5
    assert walk.destroy(walk.there(github_stack(aws, ACCESS, CALLS))) == []


def test_the_build_role_pushes_to_one_repository() -> None:
    """And logs in, which knows no repository."""
    policy = build_policy(SCOPE, CALLS)
    place = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop"
    assert resources(policy, "ecr:PutImage") == [place]
    assert resources(policy, "ecr:DescribeImages") == [place]
    assert resources(policy, "ecr:GetAuthorizationToken") == ["*"]
    assert all(action.startswith("ecr:") for action in actions(policy))


def test_the_deploy_role_touches_what_is_ours() -> None:
    """Groups, buckets and functions by name, launch templates by tag; it makes no roles."""
    policy = deploy_policy(PRODUCTION, CALLS)
    group = "autoScalingGroup:*:autoScalingGroupName/shop-production"
    assert resources(policy, "autoscaling:StartInstanceRefresh") == [
        f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:{group}"
    ]
    assert resources(policy, "s3:PutObject") == [
        f"arn:aws:s3:::shop-production-{ACCOUNT}-{REGION}/*"
    ]
    conditions = {action: condition for action, _, condition in statements(policy)}
    assert conditions["ec2:CreateLaunchTemplateVersion"] == {
        "StringEquals": {
            "aws:ResourceTag/service": "shop",
            "aws:ResourceTag/environment": ["production"],
        }
    }
    assert "iam:CreateRole" not in actions(policy)
    assert "sts:GetCallerIdentity" not in actions(policy)


def test_roles_are_passed_to_ec2_alone() -> None:
    """And only the instances' own."""
    policy = deploy_policy(PRODUCTION, CALLS)
    (condition,) = (each for action, _, each in statements(policy) if action == "iam:PassRole")
    assert condition == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    assert resources(policy, "iam:PassRole") == [
        f"arn:aws:iam::{ACCOUNT}:role/shop-production-server-{REGION}"
    ]


@pytest.mark.parametrize("make", [build_policy, deploy_policy, plan_policy])
def test_no_policy_allows_a_whole_service(make: Any) -> None:
    """No action has a wildcard, and no statement has two names alike."""
    policy = make(SCOPE, CALLS)
    assert not any("*" in action for action in actions(policy))
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() for sid in sids)


def test_the_plan_role_only_reads() -> None:
    """What it may do begins with Describe, Get, List or Head."""
    assert actions(plan_policy(SCOPE, CALLS)) == {
        "ec2:DescribeVpcs",
        "iam:GetRole",
        "s3:GetBucketPolicy",
    }


def test_trust_compares_letter_by_letter() -> None:
    """`StringEquals` on both, no pattern."""
    document = trust_github("arn", ("repo:acme/shop:pull_request",))
    assert "Like" not in str(document)
    assert "*" not in str(document)


def test_the_variables_name_the_roles_door_and_runner(aws: Aws) -> None:
    """The deploy role is each environment's own variable; the machine builds for the instances,
    and whether it asks the URL is said where it reaches it."""
    role = f"arn:aws:iam::{ACCOUNT}:role/shop-github"
    assert variables(
        aws, ACCESS, door="function", architecture="x86_64", reached=["production"]
    ) == [
        Variable("AWS_REGION", REGION),
        Variable("AWS_BUILD_ROLE", f"{role}-build-{REGION}"),
        Variable("AWS_PLAN_ROLE", f"{role}-plan-{REGION}"),
        Variable("DOOR", "function"),
        Variable("BUILD_RUNNER", "ubuntu-24.04"),
        Variable("AWS_DEPLOY_ROLE", f"{role}-deploy-staging-{REGION}", "staging"),
        Variable("AWS_DEPLOY_ROLE", f"{role}-deploy-production-{REGION}", "production"),
        Variable("SMOKE", "no", "staging"),
        Variable("SMOKE", "yes", "production"),
    ]


def test_there_is_a_runner_for_each_architecture() -> None:
    """That the configuration allows."""
    assert RUNNERS.keys() == PLATFORMS.keys()
