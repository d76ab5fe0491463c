"""The verb `url`: where the service answers."""

import argparse
import json

from deploy.address import address_of
from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.releases.opening import place_in

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Print it, and nothing else."""
    invocation = invocation_of(args)
    url = address_of(invocation.aws, invocation.config, place_in(invocation)).url
    print(json.dumps({**invocation.facts(), "url": url}, indent=2) if invocation.json else url)
    return DONE
