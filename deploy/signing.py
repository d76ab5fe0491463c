"""Signatures for a function URL that only callers with IAM rights may use."""

from collections.abc import Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from deploy.releases.smoke import Sign


def signer(credentials: Any, region: str) -> Sign:
    """Signs requests to Lambda in a region with these credentials, as botocore has them."""

    def sign(
        method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Mapping[str, str]:
        request = AWSRequest(method=method, url=url, data=body or b"", headers=dict(headers))
        SigV4Auth(credentials, "lambda", region).add_auth(request)
        return dict(request.headers.items())

    return sign
