"""The verb `apply`: make everything as the configuration wants it."""

import argparse

from deploy import walk
from deploy.errors import DONE
from deploy.invocation import add_common, invocation_of
from deploy.output import done_line, plan_json, plan_text

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Show the plan, ask, do it, and say what comes next."""
    invocation = invocation_of(args)
    planned = walk.plan(invocation.stack().resources)
    invocation.tell(f"{invocation.heading()}\n\n{plan_text(planned)}")
    if planned:
        invocation.confirm("Apply this?", invocation.config.environment)
    stack = invocation.stack()
    changes = walk.apply(
        stack.resources,
        lambda change: invocation.tell(done_line(change)),
        sleep=invocation.aws.sleep,
    )
    notes = stack.notes()
    if invocation.json:
        print(plan_json(changes, **invocation.facts(), notes=notes))
    else:
        print("\n" + "\n\n".join(notes or ["Everything is as it is wanted."]))
    return DONE
