"""The verb `apply`: make everything as the configuration wants it."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from deploy import walk
from deploy.errors import DONE
from deploy.estimate import Load
from deploy.invocation import Invocation, add_common, invocation_of
from deploy.output import done_line, plan_json, plan_text
from deploy.prices import read_prices
from deploy.releases.opening import Leased, leased
from deploy.releases.smoke import nothing
from deploy.resource import Change
from deploy.resources.bucket import Bucket
from deploy.stacks import Stack, stack_of
from deploy.verbs.cost import bill_for, bill_line

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Show the plan, ask, do it, and say what comes next."""
    invocation = invocation_of(args)
    stack = stack_of(invocation)
    planned = walk.plan(stack.resources)
    invocation.tell(f"{invocation.heading()}\n\n{plan_text(planned).rstrip()}")
    changes: list[Change] = []
    if planned:
        invocation.tell(f"\n{_price(invocation, stack, planned)}\n")
        invocation.confirm("Apply this?", invocation.config.environment)
        with _alone(invocation, planned) as (own, keep):
            stack = stack_of(own)
            changes = _apply(own, stack, keep)
    notes = stack.notes()
    if invocation.json:
        print(plan_json(changes, **invocation.facts(), notes=notes))
    else:
        print("\n" + "\n\n".join(notes or ["Everything is as it is wanted."]))
    return DONE


def _price(invocation: Invocation, stack: Stack, planned: Sequence[Change]) -> str:
    """What a month costs before and after, by the shipped prices."""
    prices, load = read_prices(), Load()
    return bill_line(bill_for(invocation, stack, planned, prices, load), prices, load)


def _apply(invocation: Invocation, stack: Stack, keep: Callable[[], None]) -> list[Change]:
    def report(change: Change) -> None:
        invocation.tell(done_line(change))
        keep()

    return walk.apply(stack.resources, report, sleep=invocation.aws.sleep)


def _alone(invocation: Invocation, planned: Sequence[Change]) -> AbstractContextManager[Leased]:
    """Under the lease, if there is a bucket to hold it: before the first apply there is none."""
    if any((each.action, each.kind) == ("create", Bucket.kind) for each in planned):
        return nullcontext((invocation, nothing))
    return leased(invocation)
