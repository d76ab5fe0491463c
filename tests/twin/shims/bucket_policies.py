"""A bucket's policy is evaluated with its conditions, of which moto takes each for a denial."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from tests.twin.environment import HOST
from tests.twin.permissions import Need
from tests.twin.policies import ALLOWED, DENIED, UNSAID, verdict

RESULTS = {
    ALLOWED: PermissionResult.PERMITTED,
    DENIED: PermissionResult.DENIED,
    UNSAID: PermissionResult.NEUTRAL,
}


class BucketPolicies:
    """The policies of all buckets, and whether the request at hand came over TLS."""

    def __init__(self) -> None:
        self._over_tls = True

    @contextmanager
    def mended(self) -> Iterator[None]:
        set_up = S3Response.setup_class

        def setup_class(response: S3Response, request: Any, *arguments: Any, **named: Any) -> None:
            self._over_tls = _is_over_tls(request.url)
            set_up(response, request, *arguments, **named)

        def get_permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
            if bucket.policy is None:
                return PermissionResult.NEUTRAL
            context = (("aws:SecureTransport", (str(self._over_tls).lower(),)),)
            return RESULTS[verdict(json.loads(bucket.policy), Need(action, resource, context))]

        with (
            patch.object(S3Response, "setup_class", setup_class),
            patch.object(FakeBucket, "get_permission", get_permission),
        ):
            yield


def _is_over_tls(url: str) -> bool:
    """A twin that is served on the loopback address stands for an AWS behind TLS."""
    return not url.startswith("http://") or urlsplit(url).hostname == HOST
