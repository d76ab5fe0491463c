from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.twin.environment import REGION
from tests.twin.twin import Twin
from tests.twin.weather import FAILED, throttled

ONCE = Config(retries={"total_max_attempts": 1})
CALLS = {
    "autoscaling": ("describe_auto_scaling_groups", "Throttling"),
    "ec2": ("describe_vpcs", "RequestLimitExceeded"),
    "ecr": ("describe_repositories", "ThrottlingException"),
    "elbv2": ("describe_load_balancers", "Throttling"),
    "iam": ("list_roles", "Throttling"),
    "lambda": ("list_functions", "TooManyRequestsException"),
    "logs": ("describe_log_groups", "ThrottlingException"),
    "s3": ("list_buckets", "SlowDown"),
}


def client(service: Any, url: str, config: Config = ONCE) -> Any:
    """A client as a program of its own has it."""
    return boto3.client(service, region_name=REGION, endpoint_url=url, config=config)


@pytest.mark.parametrize("service", CALLS)
def test_each_service_throttles_in_its_own_words(twin: Twin, twin_url: str, service: str) -> None:
    """In some of the bursts; in the others it fails. After each, one gets through."""
    operation, code = CALLS[service]
    asked, codes = client(service, twin_url), []
    with twin.weather.stormy(1, share=0.7, longest=4):
        for _ in range(40):
            try:
                getattr(asked, operation)()
            except ClientError as error:
                codes.append(error.response["Error"]["Code"])
    assert set(codes) == {code, "500"}
    assert twin.weather.struck == len(codes) < twin.weather.asked == 40


def test_fair_weather(twin: Twin, twin_url: str) -> None:
    """Nothing is struck without a word."""
    assert client("sts", twin_url).get_caller_identity()["Account"]
    assert (twin.weather.asked, twin.weather.struck) == (0, 0)


def test_nothing_of_it_is_done(twin: Twin, twin_url: str) -> None:
    """A program that tries again finds what it wanted, once."""
    bucket = client("s3", twin_url)
    with twin.weather.stormy(1, share=0.7), pytest.raises(ClientError):
        bucket.create_bucket(Bucket="one")
    assert bucket.list_buckets()["Buckets"] == []


def test_binary_protocols_have_outages_alone() -> None:
    """A text would not be understood."""
    assert throttled({"HTTP_SMITHY_PROTOCOL": "rpc-v2-cbor"}) == FAILED
