from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from moto.core.responses import ActionResult

from tests.twin.gate import Params, Refusal, Request, Rule
from tests.twin.twin import Twin


def test_a_test_may_refuse(twin: Twin) -> None:
    """A rule of a test's own, before moto: by its parameters, in the service's words."""

    def quota(request: Request) -> None:
        if request.params["Name"] == "one-too-many":
            raise Refusal("TooManyLoadBalancers", "You have reached the limit")

    twin.gate.add([Rule("elbv2", "CreateLoadBalancer", quota)])
    elbv2 = twin.client("elbv2")
    subnets = [one["SubnetId"] for one in twin.client("ec2").describe_subnets()["Subnets"][:2]]
    with pytest.raises(elbv2.exceptions.TooManyLoadBalancersException):
        elbv2.create_load_balancer(Name="one-too-many", Subnets=subnets)
    elbv2.create_load_balancer(Name="fits", Subnets=subnets)


def test_a_test_may_answer(twin: Twin) -> None:
    """In moto's place, even for what moto does not have."""

    def simulate(_: Request) -> ActionResult:
        result = {"EvalActionName": "ecr:PutImage", "EvalDecision": "allowed"}
        return ActionResult({"EvaluationResults": [result], "IsTruncated": False})

    twin.gate.add([Rule("iam", "SimulateCustomPolicy", simulate)])
    answer = twin.client("iam").simulate_custom_policy(
        PolicyInputList=["{}"], ActionNames=["ecr:PutImage"]
    )
    assert answer["EvaluationResults"][0]["EvalDecision"] == "allowed"


def test_a_test_may_follow_up(twin: Twin) -> None:
    """Only what moto has done well; the parameters are parsed for REST services too."""
    seen: list[Params] = []

    def note(request: Request) -> None:
        seen.append(request.params)

    twin.gate.add([Rule("lambda", "GetFunction", note, after=True)])
    twin.gate.add([Rule("ecr", "CreateRepository", note, after=True)])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        twin.client("lambda").get_function(FunctionName="nowhere")
    twin.client("ecr").create_repository(repositoryName="app")
    assert seen == [{"repositoryName": "app"}]
