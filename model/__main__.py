"""The command line of the room: `python -m model VERB …`."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from model.errors import ModelError

VERBS = {
    "train": ("model.training_verb", "train a model from a data file and write its bundle"),
    "evaluate": ("model.evaluation_verb", "measure by folds and by time, beside the baselines"),
    "import": ("model.importing", "make a bundle from a model saved by save_model"),
    "predict": ("model.scoring", "add prices to the rows of a file"),
    "show": ("model.card", "print the model card of a bundle"),
    "sample": ("model.sampling", "write rows of a synthetic freight market"),
}
"""Each verb's module, imported only when it runs, and its line of help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb. Exit codes: 0 done, 1 refused with a message, 2 wrong usage,
    3 done but for rows that were rejected (`predict`)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="python -m model", description="Train and use models.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (module, summary) in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary.capitalize() + ".")
        if arguments[:1] == [name]:
            importlib.import_module(module).add_arguments(verb)
    args = parser.parse_args(arguments)
    try:
        return int(importlib.import_module(VERBS[args.verb][0]).run(args))
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
