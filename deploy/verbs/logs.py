"""The verb `logs`: what the service writes."""

import argparse
import json

from deploy.errors import DONE
from deploy.invocation import Invocation, add_common, invocation_of
from deploy.releases.opening import place_in
from deploy.tail import Line, follow, lines_since


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and which lines."""
    add_common(parser)
    parser.add_argument("--follow", action="store_true", help="go on with what comes")
    parser.add_argument(
        "--minutes", type=float, default=10, help="how far back (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Show the lines; with `--follow` until Control-C, which is no fault."""
    invocation = invocation_of(args)
    group, aws = place_in(invocation).log_group, invocation.aws
    since = aws.clock() - 60 * args.minutes
    lines = follow(aws, group, since) if args.follow else lines_since(aws, group, since)
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
