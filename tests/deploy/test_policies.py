"""Policies: documents made of nothing but their arguments."""

import itertools
from typing import Any

import pytest

from deploy.permissions import policies
from deploy.permissions.documents import canonical

REPOSITORY = "arn:aws:ecr:eu-west-1:123456789012:repository/shop"
LOGS = "arn:aws:logs:eu-west-1:123456789012:log-group:/shop/production/server"
GROUP = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/shop"
BUCKET = "arn:aws:s3:::shop"

ROLES = {
    "instance": policies.instance_policy(REPOSITORY, LOGS, GROUP),
    "function": policies.function_policy(LOGS),
}

KNOW_NO_RESOURCES = {
    "ecr:GetAuthorizationToken",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}


def _actions(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        pair
        for statement in document["Statement"]
        for pair in itertools.product(statement["Action"], statement["Resource"])
    ]


@pytest.mark.parametrize("role", ROLES)
def test_no_action_is_a_wildcard(role: str) -> None:
    """IAM.1, IAM.21: each action by its name."""
    assert not [action for action, _ in _actions(ROLES[role]) if "*" in action]


@pytest.mark.parametrize("role", ROLES)
def test_only_what_knows_no_resources_is_for_all(role: str) -> None:
    """Everything else names what it is for."""
    for_all = {action for action, resource in _actions(ROLES[role]) if resource == "*"}
    assert for_all <= KNOW_NO_RESOURCES


def test_an_instance_may_give_up_itself_alone() -> None:
    """The health of its own group's instances, and no other Auto Scaling call."""
    scaling = [pair for pair in _actions(ROLES["instance"]) if pair[0].startswith("autoscaling:")]
    assert scaling == [("autoscaling:SetInstanceHealth", GROUP)]


def test_statements_can_be_told_apart() -> None:
    """AWS refuses a policy with the same id twice."""
    for document in ROLES.values():
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(set(sids)) == len(sids)


def test_a_role_is_passed_to_one_service() -> None:
    """PassRole without that is a way to any right."""
    statement = policies.pass_role("arn:aws:iam::123456789012:role/shop", "ec2.amazonaws.com")
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_plain_http_is_denied() -> None:
    """To everybody, for everything in the bucket."""
    (statement,) = policies.bucket_policy(BUCKET, account="123456789012")["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == [BUCKET, f"{BUCKET}/*"]


def test_access_logs_have_one_place() -> None:
    """Load balancers may write below their prefix, for this account."""
    document = policies.bucket_policy(BUCKET, account="123456789012", log_prefix="logs")
    statement = document["Statement"][1]
    assert statement["Resource"] == [f"{BUCKET}/logs/AWSLogs/123456789012/*"]


def test_the_order_of_a_set_is_no_difference() -> None:
    """AWS may sort actions and write one of them without its list."""
    ours = {"Statement": [{"Action": ["b:B", "a:A"], "Resource": ["*"]}]}
    aws = '{"Statement": [{"Resource": "*", "Action": ["a:A", "b:B"]}]}'
    assert canonical(ours) == canonical(aws)


def test_the_order_of_a_list_is_one() -> None:
    """Rules of a lifecycle and widgets of a dashboard stand where they stand."""
    assert canonical({"rules": [1, 2]}) != canonical({"rules": [2, 1]})
