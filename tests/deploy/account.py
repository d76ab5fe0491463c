"""An empty account in memory, and what a test wants of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import boto3
from moto import mock_aws

from deploy.aws import Aws
from deploy.config import Config, Server

REGION = "us-east-1"
ACCOUNT = "123456789012"
DUMMIES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def empty_account() -> Iterator[Aws]:
    """An account with a default VPC and nothing else; waiting takes no time."""
    with patch.dict("os.environ", DUMMIES), mock_aws(config={"lambda": {"use_docker": False}}):
        yield Aws(boto3.Session(region_name=REGION), sleep=lambda _: None)


def config(**sections: object) -> Config:
    """A configuration of the estimator's staging environment."""
    given: dict[str, object] = {"server": Server(), **sections}
    return Config(name="estimator", region=REGION, environment="staging", **given)  # type: ignore[arg-type]  # as each test wants them
