"""The verb `proposal`: what a change would do on AWS and cost, as Markdown for a pull request."""

import argparse
from collections.abc import Sequence

from deploy import walk
from deploy.cost import crossing_text
from deploy.errors import DONE
from deploy.estimate import Load, break_even, estimate, total
from deploy.invocation import Invocation, add_common, invocation_of
from deploy.output import plan_text
from deploy.prices import read_prices
from deploy.resource import Change
from deploy.standing import standing

LONGEST = 60_000
"""Characters of a plan that a comment has room for."""

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """Print it. A plan with changes is no failure here. Writes nothing."""
    invocation = invocation_of(args)
    changes = walk.plan(invocation.stack().resources)
    print(proposal_text(invocation, changes))
    return DONE


def proposal_text(invocation: Invocation, changes: Sequence[Change]) -> str:
    """The plan and the cost. The first line is the same for every plan of one door.

    The account's number is left out: a pull request may be read by anybody.
    """
    config, door = invocation.config, invocation.door
    prices, load = read_prices(), Load()
    before = total(standing(config, door, changes, prices, load))
    after = total(estimate(config, door, prices, load))
    plan = plan_text(changes).rstrip()
    if len(plan) > LONGEST:
        plan = f"{plan[:LONGEST]}\n… and more"
    return (
        f"### Plan: {config.name} {door}, {config.environment}\n\n"
        f"```diff\n{plan}\n```\n\n"
        f"A month costs ${before:.2f} before and ${after:.2f} after, at {load.requests:,} requests "
        f"and the prices of {prices.date} for {prices.region}. "
        f"{crossing_text(break_even(config, prices, load))}"
    )
