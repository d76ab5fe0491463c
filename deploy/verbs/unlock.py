"""The verb `unlock`: take the lease away from a run that is known to be dead."""

import argparse
import json

import msgspec

from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.releases.lease import Holder, holder_of, unlock
from deploy.releases.opening import place_in
from deploy.releases.store import Unreadable

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Say who holds it, ask, and take it away."""
    invocation = invocation_of(args)
    place, aws = place_in(invocation), invocation.aws
    holder, held = None, ""
    try:
        holder = holder_of(aws, place.bucket, place.door)
        held = _words(holder) if holder is not None else ""
    except Unreadable as error:
        held = str(error)
    if held:
        invocation.confirm(held, invocation.config.environment)
        unlock(aws, place.bucket, place.door)
    if invocation.json:
        document = {**invocation.facts(), "holder": msgspec.to_builtins(holder)}
        print(json.dumps(document, indent=2))
    else:
        print("The lease is free now." if held else "Nobody holds the lease.")
    return DONE


def _words(holder: Holder) -> str:
    address = f" ({holder.run})" if holder.run else ""
    return f"{holder.owner}{address} holds the lease. A run that lives will stop."
