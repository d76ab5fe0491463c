"""Who may take on the roles of the stacks, as IAM has it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.names import FUNCTION, SERVER
from tests.deploy.worlds import DOORS, made
from tests.twin.environment import ACCOUNT
from tests.twin.twin import Twin

SERVICES = {SERVER: "ec2.amazonaws.com", FUNCTION: "lambda.amazonaws.com"}
CONDITIONS = {SERVER: {}, FUNCTION: {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}


def trusted(twin: Twin) -> list[dict[str, Any]]:
    """The statements of the trust policy of the one role of the stack."""
    with twin.aside():
        (role,) = twin.client("iam").list_roles()["Roles"]
    return list(role["AssumeRolePolicyDocument"]["Statement"])


@pytest.mark.parametrize("door", DOORS)
def test_one_service_alone_takes_the_role_on(twin: Twin, door: str) -> None:
    """EC2 that of the instances and Lambda that of the function, for functions of this account."""
    made(twin, door)
    (statement,) = trusted(twin)
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"Service": SERVICES[door]}
    assert statement["Action"] == "sts:AssumeRole"
    assert statement.get("Condition", {}) == CONDITIONS[door]


def let_in(twin: Twin, service: str) -> None:
    """Have another service take the role on."""
    iam = twin.client("iam")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    with twin.aside():
        (role,) = iam.list_roles()["Roles"]
        iam.update_assume_role_policy(
            RoleName=role["RoleName"],
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )


@pytest.mark.parametrize("door", DOORS)
def test_whoever_was_let_in_by_hand_is_put_out(twin: Twin, door: str) -> None:
    """The next apply trusts the one service again."""
    world = made(twin, door)
    right = trusted(twin)
    let_in(twin, "ecs-tasks.amazonaws.com")
    assert trusted(twin) != right
    world.apply()
    assert trusted(twin) == right


def test_a_profile_that_was_given_another_role(twin: Twin) -> None:
    """Meanwhile: that there is no room for ours is told, and not taken for our own doing."""
    world, iam = made(twin), twin.client("iam")
    (profile,) = (each for each in world.stack().resources if each.kind == "instance profile")
    name = {"InstanceProfileName": profile.name}
    iam.remove_role_from_instance_profile(**name, RoleName=profile.name)
    profile.find()
    iam.create_role(RoleName="other", AssumeRolePolicyDocument="{}")
    iam.add_role_to_instance_profile(**name, RoleName="other")
    with pytest.raises(ClientError, match="LimitExceeded"):
        profile.update(frozenset({"roles"}))
