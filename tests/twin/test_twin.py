from __future__ import annotations

import os
import socket
import time
from typing import Any

import boto3
import botocore.endpoint
import botocore.handlers
import pytest
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, InstanceState
from moto.awslambda.models import LambdaFunction
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.responses import BaseResponse
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ecr.models import ECRBackend
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, FakeTargetGroup

from tests.twin.clock import START
from tests.twin.moto_alone import group, moto_alone, template
from tests.twin.network import NetworkRefused
from tests.twin.twin import Twin
from tests.twin.worlds import stack

TOUCHED = (
    AutoScalingBackend, BaseResponse, BotocoreStubber, ECRBackend, ELBv2Backend,
    FakeAutoScalingGroup, FakeLoadBalancer, FakeTargetGroup, Instance, InstanceState,
    LambdaFunction, LaunchTemplate, socket.socket,
)  # fmt: skip


def test_nothing_of_it_is_left() -> None:
    """Every patch is taken back, the environment and botocore's handlers too."""
    before = _fingerprint()
    with Twin() as twin:
        stack(twin)
        assert _fingerprint() != before
    assert _fingerprint() == before


def test_nothing_is_left_when_a_test_fails() -> None:
    """An exception on the way out changes nothing about that."""
    before = _fingerprint()
    with pytest.raises(RuntimeError), Twin():
        raise RuntimeError
    assert _fingerprint() == before


def test_each_twin_is_a_world_of_its_own() -> None:
    """Nothing of the one is seen in the next, the clock included."""
    for _ in range(2):
        with Twin() as twin:
            assert twin.clock.time() == START.timestamp()
            assert not twin.client("s3").list_buckets()["Buckets"]
            twin.client("s3").create_bucket(Bucket="bucket")
            twin.clock.advance(1)


def test_nothing_of_a_plain_mock_is_left() -> None:
    """Moto's reset leaves an EC2 behind that it has just made, here one without images."""
    with moto_alone() as clients:
        group(clients, template(clients))
    with Twin() as twin:
        assert len(stack(twin).members()) == 2


def test_one_at_a_time(twin: Twin) -> None:
    """Two worlds in one process would be one; the first is left as it is."""
    twin.client("s3").create_bucket(Bucket="bucket")
    with pytest.raises(RuntimeError, match="one at a time"), Twin():
        pass
    assert twin.client("s3").list_buckets()["Buckets"]


def test_it_lies_where_it_is_told_to() -> None:
    """A region of choice, for its sessions and its alarms."""
    with Twin(region="eu-central-1") as twin:
        assert twin.session().region_name == "eu-central-1"
        assert twin.client("ec2").meta.region_name == "eu-central-1"
        assert twin.place.cloudwatch.region_name == "eu-central-1"


def test_credentials_are_dummies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the developer's own are, and wherever they point."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere.example")
    with Twin():
        credentials = boto3.Session().get_credentials()
        assert credentials is not None
        assert credentials.access_key == "testing"
        assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert os.environ["AWS_PROFILE"] == "production"


def test_the_network_is_out_of_reach(twin: Twin) -> None:
    """A connection to anywhere but this machine is refused, by name and by address."""
    with socket.socket() as connection, pytest.raises(NetworkRefused, match="give it a fake"):
        connection.connect(("192.0.2.1", 443))


def test_nobody_waits(twin: Twin) -> None:
    """Ten virtual minutes of polling and retrying take no real time."""
    began = time.monotonic()
    app = stack(twin)
    app.elbv2.get_waiter("load_balancer_available").wait()
    twin.clock.sleep(600)
    assert time.monotonic() - began < 10


def test_instance_types_and_images_are_checked(twin: Twin) -> None:
    """What does not exist is not launched."""
    ec2 = twin.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    wanted: dict[str, Any] = {"MinCount": 1, "MaxCount": 1}
    with pytest.raises(ec2.exceptions.ClientError, match="InvalidAMIID"):
        ec2.run_instances(ImageId="ami-0123456789abcdef0", InstanceType="t3.micro", **wanted)
    with pytest.raises(ec2.exceptions.ClientError, match="instance type"):
        ec2.run_instances(ImageId=image, InstanceType="t3.tiny", **wanted)


def _fingerprint() -> list[object]:
    methods = [
        {name: value for name, value in vars(one).items() if callable(value) or _is_property(value)}
        for one in TOUCHED
    ]
    handlers = list(botocore.handlers.BUILTIN_HANDLERS)
    return [*methods, dict(os.environ), handlers, vars(botocore.endpoint)["time"]]


def _is_property(value: object) -> bool:
    return isinstance(value, property)
