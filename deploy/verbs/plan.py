"""The verb `plan`: what `apply` would do."""

import argparse

from deploy import walk
from deploy.errors import CHANGES, DONE
from deploy.invocation import add_common, invocation_of
from deploy.output import plan_json, plan_text
from deploy.stacks import stack_of

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Show it; exit with 2 if there is something to change. Writes nothing."""
    invocation = invocation_of(args)
    stack = stack_of(invocation)
    changes = walk.plan(stack.resources)
    notes = stack.notes()
    if invocation.json:
        print(plan_json(changes, **invocation.facts(), notes=notes))
    else:
        print("\n\n".join([invocation.heading(), plan_text(changes).rstrip(), *notes]))
    return CHANGES if changes else DONE
