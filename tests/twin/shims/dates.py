"""Moto's own dates follow the twin's clock: when a thing was made, launched, pushed, changed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from unittest.mock import patch

from moto.awslambda import models as awslambda

from tests.twin.clock import Clock

MODULES = (
    "moto.acm.models",
    "moto.autoscaling.models",
    "moto.awslambda.models",
    "moto.cloudwatch.models",
    "moto.ec2.models.amis",
    "moto.ec2.models.elastic_block_store",
    "moto.ec2.models.instances",
    "moto.ec2.models.launch_templates",
    "moto.ecr.models",
    "moto.firehose.models",
    "moto.iam.models",
    "moto.logs.models",
    "moto.s3.models",
    "moto.ssm.models",
)

NANOSECONDS = "iso_8601_datetime_with_nanoseconds"  # what Lambda asks instead
FORMAT = "%Y-%m-%dT%H:%M:%S.%f000Z"


@contextmanager
def mended(clock: Clock) -> Iterator[None]:
    def utcnow() -> datetime:
        return clock.now().replace(tzinfo=None)

    with ExitStack() as stack:
        for name in MODULES:
            stack.enter_context(patch.object(importlib.import_module(name), "utcnow", utcnow))
        stack.enter_context(patch.object(awslambda, NANOSECONDS, lambda: f"{utcnow():{FORMAT}}"))
        yield
