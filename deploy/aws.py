"""The one way to AWS: cached clients, a clock and a sleep that a test can inject."""

import re
import time
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from deploy.errors import Refused
from deploy.permissions.actions import action_of
from deploy.wording import sentence

RETRIES = Config(
    retries={"mode": "standard", "total_max_attempts": 8},
    connect_timeout=10,
    read_timeout=60,
    user_agent_extra="shipping-price-estimator",
)
"""Throttling, time-outs and 5xx answers are tried again, with growing pauses."""


def _silent(_: str) -> None:
    """Hear of a wait and say nothing."""


class Aws:
    """An account and a region.

    `clock` gives seconds since the epoch, `sleep` waits, `say` tells a person what is waited for.
    """

    def __init__(
        self,
        session: boto3.Session,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = _silent,
        config: Config = RETRIES,
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self.say = say
        self._session: Any = session  # its overloads know no service name from a variable
        self._config = config
        self._clients: dict[str, Any] = {}
        self._account = ""

    def sleeping(self, sleep: Callable[[float], None]) -> Self:
        """The same way to AWS, with another sleep."""
        other = copy(self)
        other.sleep = sleep
        return other

    def asking_once(self, seconds: float) -> "Aws":
        """The same way to AWS, which asks once and waits so many seconds for the answer."""
        once = Config(read_timeout=seconds, retries={"total_max_attempts": 1})
        config = self._config.merge(once)
        return Aws(self._session, clock=self.clock, sleep=self.sleep, say=self.say, config=config)

    @property
    def region(self) -> str:
        """The region, such as eu-west-1."""
        return str(self._session.region_name)

    @property
    def account(self) -> str:
        """The number of the account, asked for once."""
        if not self._account:
            self._account = str(self.client("sts").get_caller_identity()["Account"])
        return self._account

    @property
    def partition(self) -> str:
        """The partition of the region: aws, aws-cn or aws-us-gov."""
        return str(self._session.get_partition_for_region(self.region))

    def client(self, service: str) -> Any:
        """The client of a service, made once. `AWS_ENDPOINT_URL` is honoured by boto3 itself.

        Raises `Refused` if that is no URL.
        """
        if service not in self._clients:
            client = self._made(service)
            client.meta.events.register("after-call", _name_action)
            self._clients[service] = client
        return self._clients[service]

    def _made(self, service: str) -> Any:
        try:
            return self._session.client(service, config=self._config)
        except ValueError as error:
            raise Refused(
                f"{sentence(error)} AWS_ENDPOINT_URL is a URL such as http://127.0.0.1:5000, or is "
                "not set."
            ) from error

    def arn(self, service: str, resource: str, *, region: bool = True) -> str:
        """The ARN of something in this account."""
        place = self.region if region else ""
        return f"arn:{self.partition}:{service}:{place}:{self.account}:{resource}"

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Every item under `key` of an operation's pages."""
        for page in self.client(service).get_paginator(operation).paginate(**arguments):
            yield from page[key]


class absent:  # noqa: N801 - it reads like contextlib.suppress
    """Pass over the `ClientError`s with these codes: what they say is not there, or already so."""

    def __init__(self, *codes: str) -> None:
        self._codes = codes

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        return isinstance(error, ClientError) and error_code(error) in self._codes


def error_code(error: ClientError) -> str:
    """The code that AWS gave an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def missing_action(error: ClientError) -> str:
    """The IAM action that the failed call needs, or "" if the error is not about permissions.

    AWS's own words name it where it is another than the call's, such as iam:PassRole.
    """
    if error_code(error) not in _DENIED:
        return ""
    told = error.response.get("Error", {})
    found = _UNAUTHORIZED.search(str(told.get("Message", "")))
    return found[1] if found else str(told.get("Action", ""))


def _name_action(parsed: dict[str, Any], model: OperationModel, **_: object) -> None:
    """Put the action into the answer to a failed call: its error knows no service."""
    if "Error" in parsed:
        parsed["Error"]["Action"] = action_of(model.service_model.service_name, model.name)


_UNAUTHORIZED = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)")

_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "UnauthorizedOperation",
        "403",
    }
)
