"""The verb `doctor`: what is missing, and how to mend it."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from deploy.checks.finding import Check, Finding, Visit, seen
from deploy.checks.order import checks_of
from deploy.errors import DONE, Refused
from deploy.invocation import add_common, invocation_of
from deploy.permissions.calls import read_calls
from deploy.permissions.operator_policy import operator_policies
from deploy.permissions.policies import Document

MARKS = {True: "ok", False: "BAD", None: "?"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and what to print instead."""
    add_common(parser)
    parser.add_argument(
        "--policy",
        action="store_true",
        help="print the IAM policies that whoever deploys here needs, and look at nothing",
    )
    parser.add_argument(
        "--part",
        type=int,
        default=0,
        metavar="N",
        help="with --policy: print the N-th of them alone, as IAM takes it",
    )


def run(args: argparse.Namespace) -> int:
    """Print every finding; exit as a refusal does if something is wrong."""
    if args.part and not args.policy:
        raise Refused("--part is a part of --policy: add that.")
    invocation = invocation_of(args)
    visit = Visit(invocation.aws, invocation.config, invocation.door, read_calls())
    if args.policy:
        policies = operator_policies(visit.scope, visit.calls, visit.config)
        print(json.dumps(_part(policies, args.part) if args.part else policies, indent=2))
        return DONE
    findings = list(examine(visit, checks_of(invocation.door)))
    if invocation.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        print(findings_text(findings), end="")
    return Refused.exit_code if any(each.ok is False for each in findings) else DONE


def _part(policies: Sequence[Document], number: int) -> Document:
    if not 1 <= number <= len(policies):
        raise Refused(f"--part {number}: there are {len(policies)} policies, 1 to {len(policies)}.")
    return policies[number - 1]


def examine(visit: Visit, checks: Sequence[Check]) -> Iterator[Finding]:
    """The findings one by one; after bad credentials there is nothing else to see."""
    for check in checks:
        finding = seen(check, visit)
        yield finding
        if finding.name == "credentials" and not finding.ok:
            return


def findings_text(findings: Sequence[Finding]) -> str:
    """A line for each finding, a second one where there is something to do, and the sum."""
    width = max(len(each.name) for each in findings)
    lines = []
    for each in findings:
        lines.append(f"{MARKS[each.ok]:>4}  {each.name:<{width}}  {each.what}")
        if each.mend:
            lines.append(f"{'':>4}  {'':<{width}}  → {each.mend}")
    bad = sum(each.ok is False for each in findings)
    unseen = sum(each.ok is None for each in findings)
    return "\n".join(
        [*lines, "", f"{bad} bad, {unseen} not seen or not set, of {len(findings)}.\n"]
    )
