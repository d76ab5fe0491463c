"""The verb `release`: roll an image out, and go back if it is not good."""

import argparse
import json

import msgspec

from deploy.errors import DONE, Refused
from deploy.invocation import Invocation, add_common, invocation_of
from deploy.names import SERVER
from deploy.releases.attempt import Order
from deploy.releases.choice import choose
from deploy.releases.history import Record
from deploy.releases.opening import url_of, who
from deploy.releases.releaser import release


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and which image."""
    add_common(parser)
    image = parser.add_mutually_exclusive_group()
    image.add_argument("--image", default="", metavar="DIGEST", help="sha256:…")
    image.add_argument(
        "--tag", default="", help="a tag in the registry (default: the commit that is checked out)"
    )
    parser.add_argument(
        "--supersede", action="store_true", help="stop another release that is going on"
    )
    parser.add_argument(
        "--despite-alarms",
        action="store_true",
        help="even while alarms ring, without heeding them and so without a bake",
    )
    parser.add_argument(
        "--new-machine-image",
        action="store_true",
        help="with the newest Amazon Linux, even if the image runs already (server)",
    )
    add_smoke(parser)


def add_smoke(parser: argparse.ArgumentParser) -> None:
    """The wish not to ask the service."""
    parser.add_argument(
        "--no-smoke",
        dest="smoke",
        action="store_false",
        help="do not ask the service through its URL, which may be out of reach from here",
    )


def run(args: argparse.Namespace) -> int:
    """Release; every bad end is an error with its own exit code."""
    invocation = invocation_of(args)
    if args.new_machine_image and invocation.door != SERVER:
        raise Refused("A function has no machine image: leave --new-machine-image out.")
    chosen = choose(invocation.aws, invocation.names.repository, image=args.image, tag=args.tag)
    order = Order(
        chosen.digest,
        **who(invocation),
        commit=chosen.commit,
        supersede=args.supersede,
        despite_alarms=args.despite_alarms,
        smoke=args.smoke,
        new_machine_image=args.new_machine_image,
    )
    tell(invocation, release(invocation, order))
    return DONE


def tell(invocation: Invocation, record: Record) -> None:
    """The end: one line for a person, the record for a machine."""
    url = url_of(invocation)
    if invocation.json:
        document = {**invocation.facts(), **msgspec.to_builtins(record), "url": url}
        print(json.dumps(document, indent=2))
        return
    if not record.outcome:
        print(f"{record.digest} runs already: nothing to do.")
    else:
        took = f"{sum(record.phases.values()):.0f} s"
        print(f"{record.verb} of {record.digest} {record.outcome} in {took}.")
    if url:
        print(f"It answers at {url}")
