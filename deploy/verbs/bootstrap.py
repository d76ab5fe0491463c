"""The verb `bootstrap github`: let the workflows of one repository into the account."""

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from deploy import walk
from deploy.config import Config
from deploy.config_file import read_config
from deploy.errors import DONE, Refused
from deploy.github import Access, Variable, github_stack, is_reached, variables
from deploy.invocation import Connect, Invocation
from deploy.names import FUNCTION, SERVER
from deploy.output import done_line, plan_json, plan_text
from deploy.permissions.calls import read_calls
from deploy.permissions.github_policies import Subject
from deploy.resource import Change
from deploy.resources.identity_provider import IdentityProvider

GITHUB = "github"
ENVIRONMENTS = "staging,production"


JOB_SECONDS = 4800
"""How long a release may take in a workflow: its job ends after 90 minutes, ten of which are left
for what stands before and after it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("where", choices=(GITHUB,), help="whose workflows")
    parser.add_argument(
        "--repository", required=True, metavar="ORG/REPO", help="the repository that may deploy"
    )
    parser.add_argument(
        "--repository-id",
        default="",
        metavar="N",
        help="its number; with --owner-id for repositories that send numbers",
    )
    parser.add_argument("--owner-id", default="", metavar="N", help="the number of its owner")
    parser.add_argument(
        "--both-forms", action="store_true", help="accept the plain subject beside the numbered one"
    )
    parser.add_argument(
        "--environments",
        default=ENVIRONMENTS,
        metavar="NAMES",
        help="the environments to deploy to (default: %(default)s)",
    )
    parser.add_argument(
        "--door",
        choices=(SERVER, FUNCTION),
        default=SERVER,
        help="what the workflows release (default: %(default)s)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("deploy.toml"),
        metavar="FILE",
        help="the configuration (default: %(default)s)",
    )
    parser.add_argument("--remove", action="store_true", help="take it all away again")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="answer in JSON")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Show what is to be made, ask, make it, and print the variables to set."""
    environments = tuple(filter(None, args.environments.split(",")))
    subject = _subject(args)
    configs = {each: read_config(args.config, each, os.environ) for each in environments}
    config = configs[environments[-1]]
    connect: Connect = args.connect
    invocation = Invocation(GITHUB, config, connect(config.region), yes=args.yes, json=args.json)
    access = Access(subject, config.name, environments)
    if args.remove:
        return _remove(invocation, access)
    reached = [name for name, each in configs.items() if is_reached(each, args.door)]
    return _make(invocation, access, args.door, reached)


def _make(invocation: Invocation, access: Access, door: str, reached: Sequence[str]) -> int:
    calls = read_calls()
    planned = walk.plan(github_stack(invocation.aws, access, calls))
    invocation.tell(f"{invocation.heading()}\n\n{plan_text(planned)}")
    changes: list[Change] = []
    if planned:
        invocation.confirm(f"Let {access.subject.repository} in?", access.subject.repository)
        changes = walk.apply(
            github_stack(invocation.aws, access, calls),
            lambda change: invocation.tell(done_line(change)),
            sleep=invocation.aws.sleep,
        )
    architecture = invocation.config.server.architecture
    values = variables(
        invocation.aws, access, door=door, architecture=architecture, reached=reached
    )
    if invocation.json:
        told = [asdict(each) for each in values]
        print(plan_json(changes, **invocation.facts(), variables=told))
    else:
        print("\n".join([variables_text(access, values), *_late(invocation.config)]))
    return DONE


def _late(config: Config) -> list[str]:
    """What is to be said of a release that a workflow would cut off."""
    limit = config.release.timeout_seconds
    if limit <= JOB_SECONDS:
        return []
    told = (
        f"\nrelease.timeout_seconds is {limit}, and a job of deploy.yml ends after 90 minutes: set "
        f"it to {JOB_SECONDS} or less, or raise timeout-minutes and role-duration-seconds there."
    )
    return [told]


def _remove(invocation: Invocation, access: Access) -> int:
    invocation.confirm("Take the roles away?", access.subject.repository)
    everything = github_stack(invocation.aws, access, read_calls())
    stack = [each for each in everything if not isinstance(each, IdentityProvider) or each.ours()]
    changes = walk.destroy(walk.there(stack), lambda change: invocation.tell(done_line(change)))
    if invocation.json:
        print(plan_json(changes, **invocation.facts()))
    return DONE


def variables_text(access: Access, values: Sequence[Variable]) -> str:
    """What is left to be done on GitHub's side."""
    repository = access.subject.repository
    shared = [_set(each, repository) for each in values if not each.environment]
    own = [_set(each, repository) for each in values if each.environment]
    environments = (
        f"Make the environments {', '.join(access.environments)} in its settings: limit them "
        "to the branch main, and let production wait for a reviewer. Each has variables of its "
        "own:"
    )
    head = "\nSet these variables of the repository; none is a secret:"
    return "\n".join([head, *shared, "", environments, *own])


def _set(variable: Variable, repository: str) -> str:
    place = f" --env {variable.environment}" if variable.environment else ""
    return f"  gh variable set {variable.name}{place} --repo {repository} --body {variable.value}"


def _subject(args: argparse.Namespace) -> Subject:
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", args.repository):
        raise Refused(f"--repository {args.repository}: write ORG/REPO.")
    if bool(args.repository_id) != bool(args.owner_id):
        raise Refused("Give both --repository-id and --owner-id, or neither: "
                      "`gh api repos/ORG/REPO --jq '.id, .owner.id'` prints them.")  # fmt: skip
    for number in (args.repository_id, args.owner_id):
        if number and not number.isdigit():
            raise Refused(f"{number} is not the number of a repository or an owner.")
    return Subject(args.repository, args.repository_id, args.owner_id, args.both_forms)
