"""The verb `status`: what runs now."""

import argparse
import json

from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.releases.opening import place_in, url_of
from deploy.status import status_of

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Show it. Writes nothing."""
    invocation = invocation_of(args)
    status = status_of(invocation.aws, place_in(invocation))
    if invocation.json:
        document = {**invocation.facts(), **status.document(), "url": url_of(invocation)}
        print(json.dumps(document, indent=2))
    else:
        url = url_of(invocation) or "none yet"
        print(f"{invocation.heading()}\n\n{status.text()}\nurl      {url}")
    return DONE
