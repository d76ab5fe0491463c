from __future__ import annotations

import boto3

from tests.twin.recorder import Call
from tests.twin.twin import Twin


def test_every_call_is_recorded_with_what_it_asked(twin: Twin) -> None:
    """Service, operation, parameters, region, and what it is about."""
    ec2 = twin.client("ec2")
    group = ec2.create_security_group(GroupName="one", Description="one")["GroupId"]
    ec2.delete_security_group(GroupId=group)
    parameters = {"GroupName": "one", "Description": "one"}
    assert twin.calls[0] == Call("ec2", "CreateSecurityGroup", parameters, "us-east-1")
    assert [call.resource for call in twin.calls] == ["one", group]
    assert twin.calls.names == ["ec2.CreateSecurityGroup", "ec2.DeleteSecurityGroup"]
    assert len(twin.calls[:1]) == 1


def test_reads_are_told_from_writes(twin: Twin) -> None:
    """A plan has no writes."""
    twin.client("ec2").describe_vpcs()
    twin.client("s3").list_buckets()
    twin.client("ecr").get_authorization_token()
    assert not twin.calls.writes
    twin.client("s3").create_bucket(Bucket="bucket")
    assert [call.name for call in twin.calls.writes] == ["s3.CreateBucket"]


def test_sessions_made_elsewhere_are_recorded_too(twin: Twin) -> None:
    """Whoever makes a client in this process."""
    boto3.client("sts", region_name="eu-west-1").get_caller_identity()
    assert [(call.name, call.region) for call in twin.calls] == [
        ("sts.GetCallerIdentity", "eu-west-1")
    ]
    assert twin.calls[0].resource is None


def test_what_was_can_be_forgotten_and_passed_over(twin: Twin) -> None:
    """A test's own questions are not the program's calls."""
    sts = twin.client("sts")
    sts.get_caller_identity()
    twin.calls.clear()
    with twin.aside():
        sts.get_caller_identity()
    assert not twin.calls
