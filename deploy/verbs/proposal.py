"""The verb `proposal`: what a change would do on AWS and cost, as Markdown for a pull request."""

import argparse
from collections.abc import Sequence

from deploy import walk
from deploy.errors import DONE
from deploy.estimate import Load
from deploy.invocation import Invocation, add_common, invocation_of
from deploy.output import plan_text
from deploy.prices import Prices, read_prices
from deploy.resource import Change
from deploy.stacks import stack_of
from deploy.verbs.cost import Bill, add_prices, bill_for, bill_line, crossing_text

LONGEST = 60_000
"""Characters of a plan that a comment has room for."""

HIDDEN = "ACCOUNT"
"""What stands for the account's number."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and the prices."""
    add_common(parser)
    add_prices(parser)


def run(args: argparse.Namespace) -> int:
    """Print it. A plan with changes is no failure here. Writes nothing."""
    invocation = invocation_of(args)
    stack, prices = stack_of(invocation), read_prices(args.prices)
    changes = walk.plan(stack.resources)
    bill = bill_for(invocation, stack, changes, prices, Load())
    print(proposal_text(invocation, changes, bill, prices))
    return DONE


def proposal_text(
    invocation: Invocation, changes: Sequence[Change], bill: Bill, prices: Prices
) -> str:
    """The plan and the cost. The first line is the same for every plan of one door.

    The account's number is left out, of names and ARNs too: a pull request may be read by anybody.
    """
    config, account = invocation.config, invocation.aws.account
    plan = plan_text(changes).rstrip().replace(account, HIDDEN)  # before a cut could leave half
    if len(plan) > LONGEST:
        plan = f"{plan[:LONGEST]}\n… and more"
    text = (
        f"### Plan: {config.name} {invocation.door}, {config.environment}\n\n"
        f"```diff\n{plan}\n```\n\n"
        f"{bill_line(bill, prices, Load())} {crossing_text(bill.crossing)}"
    )
    return text.replace(account, HIDDEN)
