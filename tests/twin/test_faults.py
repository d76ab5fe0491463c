from __future__ import annotations

from contextlib import suppress
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from tests.twin.faults import LOST, OUTAGE, UNREACHABLE, Interrupted
from tests.twin.twin import Twin

SERVICES: list[tuple[str, str, dict[str, Any], str]] = [
    ("ec2", "describe_vpcs", {}, "RequestLimitExceeded"),
    ("autoscaling", "describe_auto_scaling_groups", {}, "Throttling"),
    ("elbv2", "describe_load_balancers", {}, "Throttling"),
    ("iam", "list_roles", {}, "Throttling"),
    ("cloudwatch", "describe_alarms", {}, "Throttling"),
    ("ecr", "describe_repositories", {}, "ThrottlingException"),
    ("logs", "describe_log_groups", {}, "ThrottlingException"),
    ("ssm", "describe_parameters", {}, "ThrottlingException"),
    ("lambda", "list_functions", {}, "TooManyRequestsException"),
    ("s3", "list_buckets", {}, "SlowDown"),
]


@pytest.mark.parametrize(("service", "call", "params", "code"), SERVICES)
def test_each_service_throttles_in_its_own_words(
    twin: Twin, service: str, call: str, params: dict[str, Any], code: str
) -> None:
    """Code and protocol are the service's; the next try gets through, and no one really waits."""
    client = _impatient(twin, service)
    twin.faults.first()
    with pytest.raises(ClientError) as throttled:
        getattr(client, call)(**params)
    assert throttled.value.response["Error"]["Code"] == code
    assert getattr(client, call)(**params)


@pytest.mark.parametrize("service", [row[:2] for row in SERVICES])
def test_botocore_tries_again(twin: Twin, service: tuple[str, str]) -> None:
    """A patient client survives; it is one call in two attempts, and the clock has moved."""
    twin.faults.first(times=2)
    before = twin.clock.time()
    answer = getattr(twin.client(service[0]), service[1])()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert twin.clock.time() > before
    assert len(twin.calls) == 1


def test_what_was_refused_was_not_done(twin: Twin) -> None:
    """Neither for throttling, nor for an outage, nor without a connection."""
    ec2 = _impatient(twin, "ec2")
    group = {"GroupName": "one", "Description": "one"}
    for error, kind in ((OUTAGE, ClientError), (UNREACHABLE, ConnectTimeoutError)):
        twin.faults.on("ec2.CreateSecurityGroup", error=error)
        with pytest.raises(kind):
            ec2.create_security_group(**group)
    ec2.create_security_group(**group)


def test_a_lost_answer_was_done(twin: Twin) -> None:
    """The program hears of a timeout; what it asked for is there."""
    ec2 = _impatient(twin, "ec2")
    twin.faults.on("CreateSecurityGroup", error=LOST)
    with pytest.raises(ReadTimeoutError):
        ec2.create_security_group(GroupName="one", Description="one")
    assert ec2.describe_security_groups(GroupNames=["one"])["SecurityGroups"]


def test_a_lost_answer_is_found_again_by_its_token(twin: Twin) -> None:
    """botocore's retry of CreateLaunchTemplateVersion does not make a second version."""
    ec2 = twin.client("ec2")
    ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData={})
    twin.faults.on("ec2.CreateLaunchTemplateVersion", error=LOST)
    answer = ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData={})
    assert answer["LaunchTemplateVersion"]["VersionNumber"] == 2
    assert ec2.describe_launch_templates()["LaunchTemplates"][0]["LatestVersionNumber"] == 2


def test_any_code_of_awss(twin: Twin) -> None:
    """As for a permission that is missing, from the nth attempt on, as often as ordered."""
    ec2 = _impatient(twin, "ec2")
    twin.faults.on("ec2.DescribeVpcs", nth=2, times=2, error="UnauthorizedOperation")
    ec2.describe_vpcs()
    for _ in range(2):
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            ec2.describe_vpcs()
    ec2.describe_vpcs()


def test_every_nth(twin: Twin) -> None:
    """Whatever it is that is asked."""
    ec2, refused = _impatient(twin, "ec2"), []
    twin.faults.every(3)
    for number in range(1, 8):
        try:
            ec2.describe_vpcs()
        except ClientError:
            refused.append(number)
    assert refused == [3, 6]


def test_clearing_and_pausing(twin: Twin) -> None:
    """Orders can be withdrawn, or held back while a test looks for itself."""
    ec2 = _impatient(twin, "ec2")
    twin.faults.every(1)
    with twin.aside():
        ec2.describe_vpcs()
    with pytest.raises(ClientError):
        ec2.describe_vpcs()
    twin.faults.clear()
    ec2.describe_vpcs()
    assert twin.calls.names == ["ec2.DescribeVpcs", "ec2.DescribeVpcs"]


def test_killed_after_a_call(twin: Twin) -> None:
    """The call was done, no handler of errors sees it, and the next run goes on undisturbed."""
    ec2 = twin.client("ec2")
    twin.faults.interrupt_after(2)
    with pytest.raises(Interrupted, match=r"killed after call 2, ec2\.CreateSecurityGroup"):
        _program(ec2)
    assert ec2.describe_security_groups(GroupNames=["one"])["SecurityGroups"]


def test_killed_before_a_call(twin: Twin) -> None:
    """The call was not done."""
    ec2 = twin.client("ec2")
    twin.faults.interrupt_before(2)
    with pytest.raises(Interrupted, match="killed before call 2"):
        _program(ec2)
    with pytest.raises(ClientError, match=r"InvalidGroup\.NotFound"):
        ec2.describe_security_groups(GroupNames=["one"])


def test_only_writes_can_be_counted(twin: Twin) -> None:
    """A kill between two reads tells nothing new."""
    ec2 = twin.client("ec2")
    twin.faults.interrupt_after(1, writes_only=True)
    with pytest.raises(Interrupted, match=r"killed after call 1, ec2\.CreateSecurityGroup"):
        _program(ec2)


def test_every_interruption_point(twin: Twin) -> None:
    """How a test goes through all of them: count once, then kill after each in turn."""
    ec2 = twin.client("ec2")
    _program(ec2)
    total = len(twin.calls)
    for number in range(1, total + 1):
        twin.faults.interrupt_after(number)
        with pytest.raises(Interrupted):
            _program(ec2)
    twin.faults.interrupt_after(total + 1)
    _program(ec2)


def test_sessions_made_elsewhere_are_struck_too(twin: Twin) -> None:
    """Code under test may make its own session or use boto3's default one."""
    twin.faults.every(1, error="AccessDenied")
    for client in (boto3.client("sts"), boto3.Session().client("sts")):
        with pytest.raises(ClientError, match="AccessDenied"):
            client.get_caller_identity()


def _program(ec2: Any) -> None:
    ec2.describe_vpcs()
    with suppress(ClientError):  # it is there already
        ec2.create_security_group(GroupName="one", Description="one")
    ec2.describe_subnets()


def _impatient(twin: Twin, service: str) -> Any:
    """A client that tries once."""
    config = Config(retries={"total_max_attempts": 1})
    return twin.session().client(service, config=config)  # type: ignore[call-overload]  # any


def test_something_is_done_after_each_call_until_it_is_cleared(twin: Twin) -> None:
    """But not after what a test itself asks; the call has been done by then."""
    logs, seen = twin.client("logs"), []

    def look() -> None:
        with twin.aside():
            seen.append(len(logs.describe_log_groups()["logGroups"]))

    twin.faults.after_each(look)
    for name in ("one", "two"):
        logs.create_log_group(logGroupName=name)
    twin.faults.clear()
    logs.create_log_group(logGroupName="three")
    assert seen == [1, 2]
