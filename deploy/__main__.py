"""The command line of the room: `python -m deploy VERB …`."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from deploy.aws_errors import AwsError, as_deploy_error
from deploy.errors import DeployError, Refused
from deploy.invocation import Connect, connect

VERBS = {
    "plan": "show what apply would do",
    "apply": "make everything as the configuration wants it",
    "destroy": "take everything away, and prove that it is gone",
    "push": "build one image for the commit, and push it",
    "cost": "estimate what a month costs, before and after",
    "doctor": "say what is missing, and how to mend it",
    "bootstrap": "let the workflows of a repository into the account",
    "proposal": "write plan and cost as a comment on a pull request",
    "summary": "write what a workflow's run has released, for its page",
    "release": "roll an image out, and go back if it is not good",
    "rollback": "release an earlier image from the history",
    "abort": "stop the release that is going on",
    "unlock": "take the lease away from whoever holds it",
    "status": "show what runs now",
    "history": "list the releases",
    "logs": "show the newest lines of the log",
    "url": "print where the service answers",
    "smoke": "ask the service through its URL what it should know",
    "prune": "delete old images and versions that nothing needs",
}
"""Each verb and its line of help; its module is imported only when it runs."""


def main(argv: Sequence[str] | None = None, *, connect: Connect = connect) -> int:
    """Run one verb; the exit codes are those of `deploy.errors`."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parser(arguments).parse_args(arguments)
        args.connect = connect
        return _run(args)
    except (DeployError, *AwsError) as error:
        known = as_deploy_error(error)
        print("\n".join([f"error: {known}", *getattr(error, "__notes__", ())]), file=sys.stderr)
        return known.exit_code
    except KeyboardInterrupt:
        print("error: Stopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return _cut_off()


def _run(args: argparse.Namespace) -> int:
    """Run the verb, and have its output read while an error of that can still be told."""
    code = int(_module(args.verb).run(args))
    sys.stdout.flush()
    return code


def _cut_off() -> int:
    """Whoever read the output has gone, as `head` does: say nothing more, not even at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141


class _Parser(argparse.ArgumentParser):
    """Refuses wrong usage with the code of refused input: 2 means that a plan has changes."""

    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message}. {self.format_usage().strip()}")


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m deploy", description="Put the service on AWS and keep it there."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, summary in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary.capitalize() + ".")
        if list(arguments[:1]) == [name]:
            _module(name).add_arguments(verb)
    return parser


def _module(verb: str) -> ModuleType:
    return importlib.import_module(f"deploy.verbs.{verb}")


if __name__ == "__main__":
    sys.exit(main())
