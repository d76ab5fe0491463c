"""What the process must look like before a client exists: dummy credentials, strict moto."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

REGION = "us-east-1"
ACCOUNT = "123456789012"

# Where a twin is served.
HOST = "127.0.0.1"

# Nobody's, and no file, profile or metadata service can put real ones in their place.
DUMMIES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "no_proxy": "*",  # macOS would ask the system for a proxy, which a fork may not do
}

# Each would send calls elsewhere than the test expects.
LEAKS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "MOTO_ACCOUNT_ID")

# Read by moto when it is imported, for some; those are set in its settings as well.
STRICT = {
    "MOTO_ENABLE_AMI_VALIDATION": "1",
    "MOTO_ENABLE_KEYPAIR_VALIDATION": "1",
    "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION": "1",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_LAMBDA_STUB_ECR": "false",
}


@contextmanager
def dummy_environment() -> Iterator[None]:
    """The environment of a test: dummies in, leaks out, moto strict; restored afterwards."""
    from moto import settings  # noqa: PLC0415 - moto reads the environment when it is imported

    with (
        patch.dict(os.environ, DUMMIES | STRICT),
        patch.multiple(
            settings,
            ENABLE_AMI_VALIDATION=True,
            ENABLE_KEYPAIR_VALIDATION=True,
            EC2_ENABLE_INSTANCE_TYPE_VALIDATION=True,
        ),
    ):
        for name in LEAKS:
            os.environ.pop(name, None)
        yield
