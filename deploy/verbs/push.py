"""The verb `push`: one image for each commit, built once, in the registry."""

import argparse
import json
import os
from pathlib import Path

from deploy.config_file import read_config
from deploy.engine import ENGINES, Run, find_engine, run_program
from deploy.errors import DONE, Refused
from deploy.image import Image, Source, commit_tag, push_image
from deploy.invocation import Connect
from deploy.names import names_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--env",
        default="production",
        metavar="NAME",
        help="the environment whose architecture counts (default: %(default)s)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("deploy.toml"),
        metavar="FILE",
        help="the configuration (default: %(default)s)",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="",
        help="what builds and pushes (default: the first that answers)",
    )
    parser.add_argument(
        "--image",
        default="",
        metavar="NAME",
        help="push this local image instead of building one; needs --tag",
    )
    parser.add_argument("--tag", default="", help="the tag (default: the commit, of what is built)")
    parser.add_argument(
        "--directory",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="where the Dockerfile is (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print the digest, and nothing else, to standard output."""
    if args.image and not args.tag:
        raise Refused(
            f"--image {args.image} needs --tag: nobody knows of which commit it is. If it is of "
            'the one that is checked out, --tag "$(git rev-parse HEAD)" says so.'
        )
    config = read_config(args.config, args.env, os.environ)
    connect: Connect = args.connect
    program: Run = getattr(args, "run_program", run_program)
    tag = args.tag or commit_tag(program, args.directory)
    image = push_image(
        connect(config.region),
        find_engine(program, args.engine),
        program,
        Source(args.directory, args.image),
        name=names_of(config).repository,
        tag=tag,
        architecture=config.server.architecture,
    )
    print(_json(image) if args.json else image.digest)
    return DONE


def _json(image: Image) -> str:
    return json.dumps(
        {
            "repository": image.repository,
            "tag": image.tag,
            "digest": image.digest,
            "existed": image.existed,
        }
    )
