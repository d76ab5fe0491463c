"""The verb `history`: the releases, newest first."""

import argparse
import json
from itertools import islice

import msgspec

from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.releases.history import History
from deploy.releases.opening import place_in
from deploy.status import line_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and how many."""
    add_common(parser)
    parser.add_argument(
        "--last", type=_number, default=10, metavar="N", help="how many (default: %(default)s)"
    )


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} releases are none: give 1 or more")
    return number


def run(args: argparse.Namespace) -> int:
    """Show them. Writes nothing."""
    invocation = invocation_of(args)
    place = place_in(invocation)
    history = History(invocation.aws, place.bucket, place.door)
    records = list(islice(history.newest(), args.last))
    if invocation.json:
        document = {**invocation.facts(), "releases": msgspec.to_builtins(records)}
        print(json.dumps(document, indent=2))
    else:
        print("\n".join(map(line_of, records)) or "Nothing was released yet.")
    return DONE
