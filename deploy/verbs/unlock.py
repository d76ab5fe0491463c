"""The verb `unlock`: take the lease away from a run that is known to be dead."""

import argparse
import json

import msgspec

from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.releases.lease import holder_of, unlock
from deploy.releases.opening import place_in

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Say who holds it, ask, and take it away."""
    invocation = invocation_of(args)
    place, aws = place_in(invocation), invocation.aws
    holder = holder_of(aws, place.bucket, place.door)
    if holder is not None:
        address = f" ({holder.run})" if holder.run else ""
        invocation.confirm(
            f"{holder.owner}{address} holds the lease. A run that lives will stop.",
            invocation.config.environment,
        )
        unlock(aws, place.bucket, place.door)
    if invocation.json:
        document = {**invocation.facts(), "holder": msgspec.to_builtins(holder)}
        print(json.dumps(document, indent=2))
    else:
        print("The lease is free now." if holder else "Nobody holds the lease.")
    return DONE
