"""Buckets whose policies have conditions; that moto reads none is what test_canaries.py holds."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy.permissions.policies import bucket_policy
from tests.twin.environment import ACCOUNT
from tests.twin.twin import Twin

BUCKET = "ours"


@pytest.fixture
def bucket(twin: Twin) -> str:
    """One that is closed to plain HTTP, with an object in it."""
    s3 = twin.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    policy = bucket_policy(f"arn:aws:s3:::{BUCKET}", account=ACCOUNT, log_prefix="logs")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"v")
    return BUCKET


def test_what_comes_over_tls_passes(twin: Twin, bucket: str) -> None:
    """Objects are written over, read and deleted."""
    s3 = twin.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"w")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"w"
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})
    assert "Errors" not in answer


def test_plain_http_is_denied(twin: Twin, bucket: str) -> None:
    """By the very policy that the stacks put there."""
    plain: Any = twin.session().client("s3", use_ssl=False)
    with pytest.raises(ClientError, match="403"):
        plain.get_object(Bucket=bucket, Key="k")
    assert twin.client("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"


def test_a_served_twin_stands_for_tls(bucket: str, twin_url: str) -> None:
    """Its own plain HTTP on the loopback address is not what the policy means."""
    s3: Any = boto3.client("s3", endpoint_url=twin_url)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"
    s3.close()
