"""What the verbs of a release have in common: from an invocation to what does the work."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

import boto3

from deploy import walk
from deploy.address import Address, address_of
from deploy.function_stack import function
from deploy.identity import identity_of
from deploy.invocation import Invocation
from deploy.names import SERVER
from deploy.releases.attempt import Attempt, Order, Smoke
from deploy.releases.canary import Canary
from deploy.releases.filling import complete
from deploy.releases.history import History, Record
from deploy.releases.lease import Lease
from deploy.releases.place import Place, place_of
from deploy.releases.progress import Progress
from deploy.releases.rendering import StackRendering
from deploy.releases.rollout import Rollout
from deploy.releases.smoke import Sign, nothing, unsigned
from deploy.releases.smoke import Smoke as UrlSmoke
from deploy.releases.stopping import terminable
from deploy.server_stack import server
from deploy.signing import signer

Leased = tuple[Invocation, Callable[[], None]]
"""An invocation whose waits keep the lease, and what keeps it in between."""

API_KEY = "SMOKE_API_KEY"
"""The environment variable with the key that the smoke test sends."""


def place_in(invocation: Invocation) -> Place:
    """The place of the invocation's door."""
    aws = invocation.aws
    return place_of(invocation.names, aws.account, aws.region, invocation.door)


def progress_of(invocation: Invocation) -> Progress:
    """Progress on standard error: standard output is for the result."""
    return Progress(sys.stderr, invocation.aws.clock)


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


class LateSmoke:
    """The smoke test of a door that may have no address before its first release."""

    def __init__(self, make: Callable[[], Smoke]) -> None:
        self._make = make

    def reach(self) -> None:
        """Find out whether it can be asked. Raises `Unasked`."""
        self._smoke.reach()

    def __call__(self) -> str:
        """The model's version. Raises `Failed`, or `Unasked`."""
        return self._smoke()

    @cached_property
    def _smoke(self) -> Smoke:
        return self._make()


def _signer(region: str) -> Sign:
    """Signs as the environment's credentials do, those of every other call."""
    return signer(boto3.Session(region_name=region).get_credentials(), region)


def release(invocation: Invocation, order: Order) -> Record:
    """Release an image through the door, stoppable by a signal."""
    place = place_in(invocation)
    attempt = Attempt(
        invocation.aws,
        Lease(invocation.aws, place.bucket, place.door, owner=order.who, run=order.run),
        History(invocation.aws, place.bucket, place.door),
        progress_of(invocation),
        where=place.where,
        timeout=invocation.config.release.timeout_seconds,
    )

    smoke = LateSmoke(lambda: smoke_of(invocation, place, os.environ, keep=attempt.keep))
    with terminable():
        record = _releaser(invocation, attempt, place, smoke).release(order)
        if place.door == SERVER and record.outcome and not record.before:
            complete(invocation.aws, server(invocation.aws, invocation.config))
        return record


def _releaser(
    invocation: Invocation, attempt: Attempt, place: Place, smoke: Smoke
) -> Rollout | Canary:
    aws, config = invocation.aws, invocation.config
    if invocation.door == SERVER:
        rendering = StackRendering(server(aws, config))
        return Rollout(attempt, place, config, rendering, smoke)

    def create(digest: str) -> None:
        kept = aws.sleeping(attempt.sleep)
        resources = function(kept, config, digest=digest).resources
        walk.apply(resources, lambda _: attempt.keep(), sleep=kept.sleep)

    return Canary(attempt, place, config, create, smoke)


@contextmanager
def leased(invocation: Invocation) -> Iterator[Leased]:
    """Hold the lease of the door meanwhile.

    Raises `LeaseHeld` if another holds it, or takes it over.
    """
    place, known = place_in(invocation), who(invocation)
    lease = Lease(invocation.aws, place.bucket, place.door, owner=known["who"], run=known["run"])

    def sleep(seconds: float) -> None:
        invocation.aws.sleep(seconds)
        lease.keep()

    with terminable(), lease:
        yield replace(invocation, aws=invocation.aws.sleeping(sleep)), lease.keep


def who(invocation: Invocation) -> dict[str, str]:
    """Owner and run, as an order and a lease want them."""
    identity = identity_of(invocation.aws, os.environ)
    return {"who": identity.owner, "run": identity.run}
