"""The command line of the room: `python -m deploy VERB …`."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from deploy.aws_errors import AwsError, as_deploy_error
from deploy.errors import DeployError, Refused
from deploy.invocation import Connect, connect

VERBS = {
    "plan": ("deploy.planning", "show what apply would do"),
    "apply": ("deploy.applying", "make everything as the configuration wants it"),
    "destroy": ("deploy.destroying", "take everything away, and prove that it is gone"),
    "push": ("deploy.push", "build one image for the commit, and push it"),
    "cost": ("deploy.cost", "estimate what a month costs, before and after"),
    "doctor": ("deploy.doctor", "say what is missing, and how to mend it"),
    "bootstrap": ("deploy.bootstrap", "let the workflows of a repository into the account"),
    "proposal": ("deploy.proposal", "write plan and cost as a comment on a pull request"),
    "summary": ("deploy.summary", "write what a workflow's run has released, for its page"),
    "release": ("deploy.release_verb", "roll an image out, and go back if it is not good"),
    "rollback": ("deploy.rollback_verb", "release an earlier image from the history"),
    "abort": ("deploy.abort_verb", "stop the release that is going on"),
    "unlock": ("deploy.unlock_verb", "take the lease away from whoever holds it"),
    "status": ("deploy.status_verb", "show what runs now"),
    "history": ("deploy.history_verb", "list the releases"),
    "logs": ("deploy.logs_verb", "show the newest lines of the log"),
    "url": ("deploy.url_verb", "print where the service answers"),
    "smoke": ("deploy.smoke_verb", "ask the service through its URL what it should know"),
    "prune": ("deploy.prune_verb", "delete old images and versions that nothing needs"),
}
"""Each verb's module, imported only when it runs, and its line of help."""


def main(argv: Sequence[str] | None = None, *, connect: Connect = connect) -> int:
    """Run one verb; the exit codes are those of `deploy.errors`."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parser(arguments).parse_args(arguments)
        args.connect = connect
        return int(importlib.import_module(VERBS[args.verb][0]).run(args))
    except (DeployError, *AwsError) as error:
        known = as_deploy_error(error)
        print("\n".join([f"error: {known}", *getattr(error, "__notes__", ())]), file=sys.stderr)
        return known.exit_code
    except KeyboardInterrupt:
        print("error: Stopped. Run the same command again to go on.", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    """Refuses wrong usage with the code of refused input: 2 means that a plan has changes."""

    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message}. {self.format_usage().strip()}")


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m deploy", description="Put the service on AWS and keep it there."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (module, summary) in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary.capitalize() + ".")
        if list(arguments[:1]) == [name]:
            importlib.import_module(module).add_arguments(verb)
    return parser


if __name__ == "__main__":
    sys.exit(main())
