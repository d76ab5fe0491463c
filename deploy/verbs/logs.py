"""The verb `logs`: what the service writes."""

import argparse
import json
import sys

from deploy.errors import DONE, Refused
from deploy.invocation import Invocation, add_common, amount, invocation_of
from deploy.releases.opening import place_in
from deploy.tail import Line, follow, lines_since, there_is


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and which lines."""
    add_common(parser)
    parser.add_argument("--follow", action="store_true", help="go on with what comes")
    parser.add_argument(
        "--minutes", type=amount, default=10, help="how far back (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Show the lines; with `--follow` until Control-C, which is no fault."""
    invocation = invocation_of(args)
    place, aws = place_in(invocation), invocation.aws
    group = place.log_group
    if not there_is(aws, group):
        raise Refused(
            f"There is no log group '{group}': `python -m deploy apply {place.where}` makes it."
        )
    since = aws.clock() - 60 * args.minutes
    lines = follow(aws, group, since) if args.follow else lines_since(aws, group, since)
    if not lines:
        print(
            f"Nothing was written to {group} in the last {args.minutes:g} minutes; --minutes "
            "looks further back.",
            file=sys.stderr,
        )
    try:
        for line in lines:
            _show(invocation, line)
    except KeyboardInterrupt:
        return DONE
    return DONE


def _show(invocation: Invocation, line: Line) -> None:
    if invocation.json:
        document = {"time": line.time, "stream": line.stream, "text": line.text}
        print(json.dumps(document), flush=True)
    else:
        print(line, flush=True)
