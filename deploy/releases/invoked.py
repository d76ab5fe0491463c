"""Asking one version of the function itself, while it has no traffic yet."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, HTTPClientError

from deploy.aws import Aws, error_code
from deploy.releases.smoke import BUSY

TIMEOUT = 30.0
"""Seconds for one answer, a cold start in it: the lease is kept between two of them."""

_NOT_YET = frozenset(
    (
        "CodeArtifactUserPendingException",
        "ResourceConflictException",
        "ResourceNotReadyException",
        "TooManyRequestsException",
    )
)
"""What Lambda says of a version that it is still preparing, or for which it has no room now."""


class Invoked:
    """The `Transport` of a smoke test that invokes a version as its URL would."""

    def __init__(self, aws: Aws, function: str, version: str) -> None:
        self._aws = aws.asking_once(TIMEOUT)
        self._function = function
        self._version = version

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        """Invoke it once; what is no answer has a status that is asked again."""
        event = _event(method, urlsplit(url).path, headers, body)
        try:
            answer = self._aws.client("lambda").invoke(
                FunctionName=self._function,
                Qualifier=self._version,
                Payload=json.dumps(event).encode(),
            )
        except ClientError as error:
            if error_code(error) not in _NOT_YET and not _is_its_fault(error):
                raise
            return BUSY, str(error).encode()
        except HTTPClientError as error:
            raise OSError(str(error)) from error
        text = answer["Payload"].read()
        return (502, text) if "FunctionError" in answer else _answer(text)


def _is_its_fault(error: ClientError) -> bool:
    """Whether Lambda itself has failed, and not the version."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return int(status) >= 500


def _event(
    method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> dict[str, Any]:
    """The event of a function URL, format 2.0."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {name.lower(): value for name, value in headers.items()},
        "requestContext": {
            "domainName": "smoke.invalid",
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
        },
        "isBase64Encoded": False,
        **({} if body is None else {"body": body.decode()}),
    }


def _answer(text: bytes) -> tuple[int, bytes]:
    try:
        answer = json.loads(text)
        return int(answer["statusCode"]), str(answer["body"]).encode()
    except (KeyError, TypeError, ValueError):
        return 502, text
