"""What `doctor` finds, and what it says mends it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import URLError

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.stub import Stubber

from deploy.aws import Aws
from deploy.checks.account import credentials, permissions, region
from deploy.checks.finding import Finding, Visit, seen
from deploy.checks.order import checks_of
from deploy.checks.server import (
    architecture,
    default_network,
    instance_type,
    machine_age,
    machine_image,
    quota,
    timing,
)
from deploy.config import Network, Server
from deploy.permissions.calls import Calls
from deploy.permissions.github_policies import PUSHES
from deploy.verbs.doctor import examine, findings_text
from tests.deploy.account import ACCOUNT, REGION, config, empty_account
from tests.deploy.scenes import push, scene, settled
from tests.deploy.visits import visit
from tests.twin.twin import Twin


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An account with a default VPC."""
    with empty_account() as account:
        yield account


def refuse(aws: Aws, service: str, operation: str, code: str = "AccessDenied") -> None:
    """Have AWS refuse one operation."""

    def answer(request: Any, **_: Any) -> AWSResponse:
        body = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()
        return AWSResponse(request.url, 403, HTTPHeaders(), _Raw(body))

    events = aws.client(service).meta.events
    events.register_first(f"before-send.{service}.{operation}", answer)


def garble(aws: Aws, service: str, operation: str) -> None:
    """Have something between us and AWS answer one operation with a page."""

    def answer(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 403, HTTPHeaders(), _Raw(b"<html><hr>Proxy\n</html>"))

    events = aws.client(service).meta.events
    events.register_first(f"before-send.{service}.{operation}", answer)


class _Raw:
    """The body of an answer as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


def test_good_credentials_are_named(aws: Aws) -> None:
    """By their ARN."""
    finding = credentials(visit(aws))
    assert finding.ok
    assert ACCOUNT in finding.what


def test_missing_credentials_end_the_visit(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing else to see without them."""

    def none(**_: Any) -> None:
        raise NoCredentialsError

    monkeypatch.setattr(aws.client("sts"), "get_caller_identity", none)
    (finding,) = examine(visit(aws), checks_of("server"))
    assert finding.ok is False
    assert "AWS_PROFILE" in finding.mend


def test_refused_and_root_credentials_are_bad(aws: Aws) -> None:
    """An expired token, and the one user that nobody should deploy with."""
    stub = Stubber(aws.client("sts"))
    stub.add_client_error("get_caller_identity", "ExpiredToken")
    stub.add_response("get_caller_identity", {"Arn": f"arn:aws:iam::{ACCOUNT}:root"})
    with stub:
        assert credentials(visit(aws)).what == "refused: ExpiredToken"
        assert credentials(visit(aws)).mend == "Use a role or a user of IAM."


@pytest.mark.parametrize(
    ("status", "ok"), [("opt-in-not-required", True), ("not-opted-in", False), (None, False)]
)
def test_the_region_must_be_open(aws: Aws, status: str | None, ok: bool) -> None:  # noqa: FBT001 - a case of the table
    """One that is not enabled, or does not exist, is bad."""
    name = "eu-west-9" if status is None else "us-east-1"
    stub = Stubber(aws.client("ec2"))
    stub.add_response(
        "describe_regions", {"Regions": [{"RegionName": name, "OptInStatus": status or ""}]}
    )
    with stub:
        assert region(visit(aws)).ok is ok


def decisions(aws: Aws, *, arn: str, **by_action: str) -> Any:
    """Stubs of who asks and what IAM decides."""
    sts, iam = Stubber(aws.client("sts")), Stubber(aws.client("iam"))
    for _ in range(2):
        sts.add_response("get_caller_identity", {"Arn": arn, "Account": ACCOUNT})
    if "assumed-role" in arn:
        role = {"Path": "/team/", "RoleName": "admin", "RoleId": "A" * 16,
                "Arn": f"arn:aws:iam::{ACCOUNT}:role/team/admin", "CreateDate": 0}  # fmt: skip
        iam.add_response("get_role", {"Role": role}, {"RoleName": "admin"})
    for action, decision in by_action.items():
        decided(iam, action.replace("_", ":"), decision)
    return sts, iam


def decided(iam: Stubber, action: str, decision: str, **asked: Any) -> None:
    """What IAM decides on one action, asked so."""
    results = {"EvaluationResults": [{"EvalActionName": action, "EvalDecision": decision}]}
    iam.add_response("simulate_principal_policy", results, asked or None)


def test_each_action_is_simulated_on_what_is_ours(aws: Aws) -> None:
    """A denied one is named; the session's role is looked up for its path."""
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/me"
    sts, iam = decisions(aws, arn=arn, ec2_DescribeVpcs="allowed", ecr_PutImage="allowed",
                         s3_PutObject="implicitDeny")  # fmt: skip
    with sts, iam:
        finding = permissions(visit(aws))
    assert finding.ok is False
    assert finding.mend.startswith("Allow s3:PutObject: `doctor --policy`")


def test_allowed_actions_are_counted(aws: Aws) -> None:
    """All of the list."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/me"
    sts, iam = decisions(aws, arn=arn, ec2_DescribeVpcs="allowed", ecr_PutImage="allowed",
                         s3_PutObject="allowed")  # fmt: skip
    with sts, iam:
        assert permissions(visit(aws)).what == f"all {2 + len(PUSHES)} actions are allowed"


def test_conditions_are_simulated_as_they_are_wanted(aws: Aws) -> None:
    """A right to pass the role to EC2 alone is enough, and is not called missing."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/me"
    sts, iam = decisions(aws, arn=arn)
    decided(iam, "ecr:PutImage", "allowed")
    passed = {
        "ContextKeyName": "iam:PassedToService",
        "ContextKeyValues": ["ec2.amazonaws.com"],
        "ContextKeyType": "string",
    }
    decided(iam, "iam:AddRoleToInstanceProfile", "allowed")
    decided(
        iam, "iam:PassRole", "allowed",
        PolicySourceArn=arn, ActionNames=["iam:PassRole"], ContextEntries=[passed],
        ResourceArns=[f"arn:aws:iam::{ACCOUNT}:role/estimator-staging-server-{REGION}"],
    )  # fmt: skip
    calls: Calls = {"server": {"apply": ("iam:AddRoleToInstanceProfile", "iam:PassRole")}}
    with sts, iam:
        assert permissions(visit(aws, calls=calls)).ok


def test_who_may_not_simulate_is_told_so(aws: Aws) -> None:
    """That alone is not bad: the list of actions stands in a file."""
    sts, iam = decisions(aws, arn=f"arn:aws:iam::{ACCOUNT}:user/me")
    error = {"Action": "iam:SimulatePrincipalPolicy"}
    iam.add_client_error("simulate_principal_policy", "AccessDenied", service_error_meta=error)
    with sts, iam:
        finding = permissions(visit(aws))
    assert finding.ok is None
    assert "iam:SimulatePrincipalPolicy" in finding.mend


def test_a_default_network_is_found_or_missed(aws: Aws) -> None:
    """Or it is given."""
    assert default_network(visit(aws)).ok
    ec2 = aws.client("ec2")
    stub = Stubber(ec2)
    stub.add_response("describe_vpcs", {"Vpcs": []})
    with stub:
        assert "create-default-vpc" in default_network(visit(aws)).mend
    assert default_network(visit(aws, config(network=Network(vpc="vpc-1")))).ok


def test_two_zones_must_offer_the_instance_type(aws: Aws) -> None:
    """A type that none offers is bad."""
    assert instance_type(visit(aws)).ok
    strange = config(server=Server(instance_type="t4g.enormous"))
    assert instance_type(visit(aws, strange)).what == (
        "t4g.enormous is offered in no zone of us-east-1"
    )


def test_the_architecture_must_be_that_of_the_type(aws: Aws) -> None:
    """t3 is x86_64, whatever the configuration says."""
    assert architecture(visit(aws)).ok
    wrong = config(server=Server(instance_type="t3.micro"))
    finding = architecture(visit(aws, wrong))
    assert finding.ok is False
    assert "images are arm64" in finding.what


def test_the_machine_image_is_amazons(aws: Aws) -> None:
    """Where the parameter is not there, the region has none."""
    assert machine_image(visit(aws)).what.startswith("ami-")
    refuse(aws, "ssm", "GetParameter")
    assert seen(machine_image, visit(aws)).ok is None
    stub = Stubber(aws.client("ssm"))
    stub.add_client_error("get_parameter", "ParameterNotFound")
    with stub:
        assert machine_image(visit(aws)).ok is False


@pytest.mark.parametrize(("days", "ok"), [(3, True), (89, True), (91, False)])
def test_the_machine_image_must_not_be_stale(twin: Twin, days: int, ok: bool) -> None:  # noqa: FBT001 - a case of the table
    """It is named with what brings a newer one; before an instance runs there is none."""
    world = scene(twin)
    look = visit(world.aws, world.config)
    assert machine_age(look).ok is None
    settled(world, push(twin, "a"))
    made = datetime.fromtimestamp(twin.clock.time(), UTC) - timedelta(days=days)
    images = {"Images": [{"CreationDate": f"{made:%Y-%m-%dT%H:%M:%S}.000Z"}]}
    world.aws.client("ec2").describe_images = lambda **_: images
    finding = machine_age(look)
    assert finding.ok is ok
    assert world.rendering.machine_image in finding.what
    assert ("--new-machine-image" in finding.mend) is not ok


@pytest.mark.parametrize(("allowed", "ok"), [(16.0, True), (15.0, False)])
def test_the_quota_must_hold_the_group_twice(aws: Aws, allowed: float, ok: bool) -> None:  # noqa: FBT001 - a case of the table
    """Four t4g.small with two vCPUs each, and four new ones beside them."""
    stub = Stubber(aws.client("service-quotas"))
    stub.add_response("get_service_quota", {"Quota": {"Value": allowed}})
    with stub:
        assert quota(visit(aws)).ok is ok


def test_times_must_ascend(aws: Aws) -> None:
    """A keep-alive shorter than the balancer's idle time-out loses requests."""
    assert timing(visit(aws)).ok
    short = config(settings={"ESTIMATOR_KEEP_ALIVE_SECONDS": "30"})
    assert "longer than the" in timing(visit(aws, short)).what


def test_what_may_not_be_seen_is_said(aws: Aws) -> None:
    """With the action that is missing; other refusals by their code."""
    refuse(aws, "ec2", "DescribeRegions", "UnauthorizedOperation")
    assert "ec2:DescribeRegions" in seen(region, visit(aws)).mend
    with empty_account() as other:
        refuse(other, "ec2", "DescribeRegions", "Unwell")
        assert seen(region, visit(other)).what == "not seen: Unwell"


def test_a_page_of_a_proxy_is_no_answer(aws: Aws) -> None:
    """The check is not seen, and the next one is."""
    garble(aws, "ec2", "DescribeRegions")
    findings = {each.name: each for each in examine(visit(aws), (credentials, region, timing))}
    assert findings["region"].ok is None
    assert findings["region"].mend.startswith("What answered is not AWS: ")
    assert "\n" not in findings["region"].mend
    assert findings["timing"].ok


def test_a_layer_out_of_reach_is_not_seen(aws: Aws) -> None:
    """What is asked for beside AWS's own calls may fail too, as behind a firewall."""

    def fetching(_: Visit) -> Finding:
        raise URLError("no route to host")

    finding = seen(fetching, visit(aws))
    assert (finding.name, finding.ok) == ("fetching", None)
    assert "no route to host" in finding.mend


def test_an_account_out_of_reach_is_no_matter_of_credentials(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told to log in where AWS does not answer."""

    def down(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9/")

    monkeypatch.setattr(aws.client("sts"), "get_caller_identity", down)
    finding = credentials(visit(aws))
    assert finding.ok is False
    assert finding.what.startswith("AWS does not answer: Could not connect")
    assert "AWS_PROFILE" not in finding.mend
    assert "AWS_ENDPOINT_URL" in finding.mend


def test_the_text_says_what_to_do() -> None:
    """A mark for each, the mend below it, the sum at the end."""
    text = findings_text(
        [
            Finding("region", ok=True, what="us-east-1"),
            Finding("network", ok=False, what="none", mend="Make one."),
            Finding("quota", None, "not seen"),
        ]
    )
    assert text == (
        "  ok  region   us-east-1\n"
        " BAD  network  none\n"
        "               → Make one.\n"
        "   ?  quota    not seen\n"
        "\n"
        "1 bad, 1 not seen or not set, of 3.\n"
    )
