"""The verb `smoke`: ask the service through its URL what it should know."""

import argparse
import json
import os
from urllib.parse import urlsplit

from deploy.errors import DONE, Refused
from deploy.invocation import add_common, invocation_of
from deploy.releases.asking import API_KEY, smoke_of
from deploy.releases.opening import place_in


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and another URL."""
    add_common(parser)
    parser.add_argument(
        "--url", default="", help=f"another URL to ask; {API_KEY} in the environment is its key"
    )


def run(args: argparse.Namespace) -> int:
    """Ask; what is wrong is an error."""
    _refuse_strange(args.url)
    invocation = invocation_of(args)
    smoke = smoke_of(invocation, place_in(invocation), os.environ, args.url)
    version = smoke()
    if invocation.json:
        document = {**invocation.facts(), "url": smoke.url, "model_version": version}
        print(json.dumps(document, indent=2))
    else:
        print(f"{smoke.url} answers as the model {version} should.")
    return DONE


def _refuse_strange(url: str) -> None:
    """Raise `Refused` for a URL that nobody can ask; "" is the door's own."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if url and not known:
        raise Refused(f"--url {url}: write a URL such as https://price.example.org.")
