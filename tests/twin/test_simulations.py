"""SimulatePrincipalPolicy by the policies of a role or a user; that moto lacks it is a canary."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.environment import ACCOUNT
from tests.twin.twin import Twin

OURS = f"arn:aws:iam::{ACCOUNT}:role/ours"
OTHER = f"arn:aws:iam::{ACCOUNT}:role/other"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


PASS = {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": OURS,
    "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
}
PUSH = {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}
KEEP = {"Effect": "Deny", "Action": "ecr:BatchDeleteImage", "Resource": "*"}


@pytest.fixture
def role(twin: Twin) -> str:
    """One that may pass a role to EC2, and push, but delete no image; its ARN."""
    iam = twin.client("iam")
    made = iam.create_role(RoleName="app", AssumeRolePolicyDocument="{}", Path="/team/")
    iam.put_role_policy(RoleName="app", PolicyName="pass", PolicyDocument=document(PASS))
    managed = iam.create_policy(PolicyName="push", PolicyDocument=document(PUSH, KEEP))
    iam.attach_role_policy(RoleName="app", PolicyArn=managed["Policy"]["Arn"])
    return str(made["Role"]["Arn"])


def decisions(twin: Twin, principal: str, *actions: str, **asked: Any) -> dict[str, str]:
    """What is decided on each action."""
    answer = twin.client("iam").simulate_principal_policy(
        PolicySourceArn=principal, ActionNames=actions, **asked
    )
    return {each["EvalActionName"]: each["EvalDecision"] for each in answer["EvaluationResults"]}


def test_inline_and_attached_policies_count(twin: Twin, role: str) -> None:
    """A denial is told from what nobody has allowed."""
    actions = ("ecr:PutImage", "ecr:BatchDeleteImage", "s3:PutObject")
    assert decisions(twin, role, *actions) == {
        "ecr:PutImage": "allowed",
        "ecr:BatchDeleteImage": "explicitDeny",
        "s3:PutObject": "implicitDeny",
    }


@pytest.mark.parametrize(
    ("service", "resources", "decision"),
    [
        ("ec2.amazonaws.com", [OURS], "allowed"),
        ("lambda.amazonaws.com", [OURS], "implicitDeny"),
        ("ec2.amazonaws.com", [OURS, OTHER], "implicitDeny"),
    ],
)
def test_conditions_and_every_resource_count(
    twin: Twin, role: str, service: str, resources: list[str], decision: str
) -> None:
    """An action is allowed where it is on all that is asked for, in the context that is given."""
    context = {
        "ContextKeyName": "iam:PassedToService",
        "ContextKeyValues": [service],
        "ContextKeyType": "string",
    }
    asked = {"ResourceArns": resources, "ContextEntries": [context]}
    assert decisions(twin, role, "iam:PassRole", **asked) == {"iam:PassRole": decision}


def test_a_user_has_what_the_groups_have(twin: Twin) -> None:
    """As well as what is the user's own."""
    iam = twin.client("iam")
    user = iam.create_user(UserName="ann")["User"]["Arn"]
    iam.create_group(GroupName="team")
    iam.put_group_policy(GroupName="team", PolicyName="push", PolicyDocument=document(PUSH))
    assert decisions(twin, user, "ecr:PutImage") == {"ecr:PutImage": "implicitDeny"}
    iam.add_user_to_group(GroupName="team", UserName="ann")
    assert decisions(twin, user, "ecr:PutImage") == {"ecr:PutImage": "allowed"}


def test_nobody_is_refused(twin: Twin) -> None:
    """A principal that is not there has no policies to be asked."""
    with pytest.raises(ClientError, match="NoSuchEntity"):
        decisions(twin, f"arn:aws:iam::{ACCOUNT}:user/nobody", "ecr:PutImage")
