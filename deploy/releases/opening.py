"""What most verbs of a release begin with: the place of a door, its lease, and who asks."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from deploy.address import address_of
from deploy.errors import Refused
from deploy.identity import identity_of
from deploy.invocation import Invocation
from deploy.releases.lease import Lease
from deploy.releases.place import Place, place_of
from deploy.releases.progress import Progress
from deploy.releases.stopping import terminable

Leased = tuple[Invocation, Callable[[], None]]
"""An invocation whose waits keep the lease, and what keeps it in between."""


def place_in(invocation: Invocation) -> Place:
    """The place of the invocation's door."""
    aws = invocation.aws
    return place_of(invocation.names, aws.account, aws.region, invocation.door)


def url_of(invocation: Invocation) -> str:
    """Where the door answers, "" if it has no address."""
    try:
        return address_of(invocation.aws, invocation.config, place_in(invocation)).url
    except Refused:
        return ""


def progress_of(invocation: Invocation) -> Progress:
    """Progress on standard error: standard output is for the result."""
    return Progress(sys.stderr, invocation.aws.clock)


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
