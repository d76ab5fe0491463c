"""One call of the command line: what it is about, and how it talks."""

import argparse
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3

from deploy.aws import Aws
from deploy.config import Config
from deploy.config_file import read_config
from deploy.errors import Refused
from deploy.names import FUNCTION, SERVER, Names, names_of

Connect = Callable[[str], Aws]
"""How to reach a region."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A door, in an environment, of an account; and whether a person or a machine listens."""

    door: str
    config: Config
    aws: Aws
    yes: bool
    json: bool

    @property
    def names(self) -> Names:
        """The names of everything."""
        return names_of(self.config)

    def tell(self, text: str) -> None:
        """Say it to a person; a machine reads the JSON alone."""
        if not self.json:
            print(text, flush=True)

    def heading(self) -> str:
        """What is about to be spoken of."""
        return (
            f"{self.config.name} {self.door}, {self.config.environment}, "
            f"account {self.aws.account} in {self.aws.region}"
        )

    def facts(self) -> dict[str, str]:
        """The same for a machine."""
        return {
            "service": self.config.name,
            "door": self.door,
            "environment": self.config.environment,
            "account": self.aws.account,
            "region": self.aws.region,
        }

    def confirm(self, question: str, answer: str) -> None:
        """Go on if a person types the answer, or if `--yes` was given. Raises `Refused`."""
        if self.yes:
            return
        if self.json or not sys.stdin.isatty():
            raise Refused("Nobody can be asked here: add --yes to do it without asking.")
        if input(f"{question} Type '{answer}' to go on: ").strip() != answer:
            raise Refused("Nothing was changed.")


def amount(text: str) -> float:
    """The type of an argument that is a number of at least 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no number of at least 0")
    return number


def add_common(parser: argparse.ArgumentParser) -> None:
    """The arguments of every verb that concerns one door."""
    parser.add_argument("door", choices=(SERVER, FUNCTION), help="EC2 behind a balancer, or Lambda")
    parser.add_argument(
        "--env", default="production", metavar="NAME", help="the environment (default: %(default)s)"
    )
    add_manner(parser)


def add_manner(parser: argparse.ArgumentParser) -> None:
    """The arguments of every verb that asks a person: by which configuration, and how."""
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("deploy.toml"),
        metavar="FILE",
        help="the configuration (default: %(default)s)",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def invocation_of(args: argparse.Namespace) -> Invocation:
    """The invocation that arguments of `add_common` describe."""
    config = read_config(args.config, args.env, os.environ)
    connect: Connect = args.connect
    return Invocation(args.door, config, connect(config.region), yes=args.yes, json=args.json)


def connect(region: str) -> Aws:
    """AWS as the environment gives it: credentials, profile, `AWS_ENDPOINT_URL`."""
    return Aws(boto3.Session(region_name=region), say=_say)


def _say(text: str) -> None:
    print(f"          {text} …", file=sys.stderr, flush=True)
