"""The smoke test of a door: at its own address, signed where only signed requests are let in."""

from collections.abc import Callable, Mapping
from functools import cached_property

import boto3

from deploy.address import Address, address_of
from deploy.invocation import Invocation
from deploy.releases.attempt import Smoke
from deploy.releases.invoked import Invoked
from deploy.releases.place import Place
from deploy.releases.smoke import Sign, nothing, unsigned
from deploy.releases.smoke import Smoke as UrlSmoke
from deploy.signing import signer

API_KEY = "SMOKE_API_KEY"
"""The environment variable with the key that the smoke test sends."""


def smoke_of(
    invocation: Invocation,
    place: Place,
    environ: Mapping[str, str],
    url: str = "",
    *,
    keep: Callable[[], None] = nothing,
) -> UrlSmoke:
    """The smoke test of a URL, of the door's own by default; `keep` keeps a lease meanwhile."""
    aws = invocation.aws
    address = Address(url) if url else address_of(aws, invocation.config, place)
    return UrlSmoke(
        address.url,
        aws.sleep,
        environ.get(API_KEY, ""),
        _signer(aws.region) if address.signed else unsigned,
        keep=keep,
    )


def version_smoke(
    invocation: Invocation,
    place: Place,
    environ: Mapping[str, str],
    version: str,
    *,
    keep: Callable[[], None] = nothing,
) -> UrlSmoke:
    """The smoke test of one version of the function, whether it has traffic or not."""
    return UrlSmoke(
        f"lambda://{place.function}:{version}",
        invocation.aws.sleep,
        environ.get(API_KEY, ""),
        transport=Invoked(invocation.aws, place.function, version),
        keep=keep,
    )


class LateSmoke:
    """The smoke test of a door that may have no address before its first release."""

    def __init__(self, make: Callable[[], Smoke]) -> None:
        self._make = make

    def reach(self) -> None:
        """Find out whether it can be asked. Raises `Unasked`."""
        self._smoke.reach()

    def __call__(self, expected: str = "") -> str:
        """The model's version. Raises `Failed`, or `Unasked`."""
        return self._smoke(expected)

    @cached_property
    def _smoke(self) -> Smoke:
        return self._make()


def _signer(region: str) -> Sign:
    """Signs as the environment's credentials do, those of every other call."""
    return signer(boto3.Session(region_name=region).get_credentials(), region)
