"""The image repository, and whom its policy admits."""

import json
from typing import Any

from deploy.names import FUNCTION, SERVER
from tests.deploy.worlds import made
from tests.twin.environment import ACCOUNT
from tests.twin.twin import Twin

OTHER = {
    "Sid": "Partner",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
    "Action": ["ecr:BatchGetImage"],
}


def statements(twin: Twin) -> list[dict[str, Any]]:
    with twin.aside():
        text = twin.client("ecr").get_repository_policy(repositoryName="shop")["policyText"]
    return list(json.loads(text)["Statement"])


def test_lambda_pulls_for_functions_of_the_account_alone(twin: Twin) -> None:
    """The server's door says nothing of it; the function's admits Lambda for no other account."""
    made(twin, FUNCTION)
    (statement,) = statements(twin)
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Condition"] == {
        "StringLike": {"aws:sourceArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:*"}
    }


def test_what_others_have_said_stays(twin: Twin) -> None:
    """A policy that is there is added to, and theirs is no drift."""
    made(twin, SERVER)
    with twin.aside():
        twin.client("ecr").set_repository_policy(
            repositoryName="shop", policyText=json.dumps({"Statement": [OTHER]})
        )
    world = made(twin, FUNCTION)
    assert {each["Sid"] for each in statements(twin)} == {"Partner", "PulledByLambda"}
    assert world.plan() == []
