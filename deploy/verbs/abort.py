"""The verb `abort`: stop the release that is going on, and go back."""

import argparse
import json

from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.names import SERVER
from deploy.releases.abort import abort_canary, abort_refresh
from deploy.releases.opening import place_in, progress_of, who

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Stop it, whoever started it; nothing going on is no fault, any end but the way back is."""
    invocation = invocation_of(args)
    place, aws = place_in(invocation), invocation.aws
    if invocation.door == SERVER:
        limit = float(invocation.config.release.timeout_seconds)
        by = who(invocation)["who"]
        end = abort_refresh(aws, place, progress_of(invocation), timeout=limit, who=by)
    else:
        version = abort_canary(aws, place)
        end = version and f"version {version} takes all of the traffic"
    if invocation.json:
        print(json.dumps({**invocation.facts(), "aborted": end is not None, "end": end}, indent=2))
    else:
        print(f"Stopped: {end}." if end else "No release is going on.")
    return DONE
