"""Only the images, policies and keys that a stack of ours may need, so that a test starts fast.

Moto loads more than a thousand of each of the former into every new backend, and makes an RSA key
for every key of KMS, symmetric ones too: a second for each test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from moto.core.parse import default_timestamp_parser
from moto.ec2.models.amis import Ami, AmiBackend
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.kms import models as kms
from moto.utilities.utils import load_resource

IMAGES = "al2023-ami-"
POLICIES = (
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonSSMManagedInstanceCore",
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "CloudWatchAgentServerPolicy",
    "ReadOnlyAccess",
)


@contextmanager
def mended() -> Iterator[None]:
    with (
        patch.object(AmiBackend, "_load_amis", _load_images),
        patch.object(IAMBackend, "_init_aws_policies", _policies),
        patch.object(kms, "generate_private_key", _private_key),
    ):
        yield


def _load_images(ec2: Any) -> None:
    for image in _images(ec2.region_name):
        known = image | {"owner_alias": "amazon"}
        if known.get("creation_date"):
            known["creation_date"] = default_timestamp_parser(known["creation_date"])
        ec2.amis[known["ami_id"]] = Ami(ec2, **known)


@cache
def _images(region: str) -> list[dict[str, Any]]:
    try:
        everything = load_resource(f"ec2/resources/latest_amis/{region}.json")
    except FileNotFoundError:
        return []  # a region younger than moto's data
    return [one for one in everything if one["name"].startswith(IMAGES)]


def _policies(iam: IAMBackend) -> list[AWSManagedPolicy]:
    return [
        AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, data)
        for name, data in _policy_data().items()
    ]


_private_key = cache(vars(kms)["generate_private_key"])


@cache
def _policy_data() -> dict[str, Any]:
    everything = json.loads(aws_managed_policies_data)
    return {name: everything[name] for name in POLICIES if name in everything}
