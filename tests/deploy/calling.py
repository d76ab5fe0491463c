"""Calling a verb as the command line does."""

import argparse
import importlib
from pathlib import Path
from typing import Any

from deploy.aws import Aws

DEPLOY_TOML = """\
name = "estimator"
region = "us-east-1"

[environments.staging]

[environments.production]
"""


def call(verb: str, *arguments: object, aws: Aws, directory: Path, **given: Any) -> int:
    """Run the module of a verb on a small configuration; `given` are what a test injects."""
    path = directory / "deploy.toml"
    if not path.exists():
        path.write_text(DEPLOY_TOML)
    parser = argparse.ArgumentParser()
    module = importlib.import_module(f"deploy.verbs.{verb}")
    module.add_arguments(parser)
    args = parser.parse_args([*map(str, arguments), "--config", str(path)])
    args.connect = lambda _: aws
    for name, value in given.items():
        setattr(args, name, value)
    return int(module.run(args))
