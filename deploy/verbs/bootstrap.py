"""The verb `bootstrap github`: let the workflows of one repository into the account."""

import argparse
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from deploy import walk
from deploy.config import Config
from deploy.config_file import read_config
from deploy.errors import DONE, Refused
from deploy.github import Access, Variable, github_stack, is_reached, variables
from deploy.invocation import Connect, Invocation, add_manner
from deploy.names import FUNCTION, SERVER
from deploy.output import done_line, plan_json, plan_text
from deploy.ownership import NOT_OURS, parted
from deploy.permissions.calls import read_calls
from deploy.permissions.github_policies import Subject
from deploy.resource import Change, Resource
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
    parser.add_argument("--remove", action="store_true", help="take it all away again")
    add_manner(parser)


def run(args: argparse.Namespace) -> int:
    """Show what is to be made, ask, make it, and print the variables to set."""
    environments = tuple(filter(None, args.environments.split(",")))
    subject = _subject(args)
    configs = {each: read_config(args.config, each, os.environ) for each in environments}
    config = configs[environments[-1]]
    connect: Connect = args.connect
    invocation = Invocation(GITHUB, config, connect(config.region), yes=args.yes, json=args.json)
    access = Access(subject, config.name, config.region, environments)
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
    stack = github_stack(invocation.aws, access, read_calls())
    ours, foreign = parted(stack)
    kept = {each.name: NOT_OURS for each in foreign}
    roles = set(access.roles) - kept.keys()
    kept |= {each.name: why for each in ours if (why := _reason_to_keep(each, roles))}
    going = [each for each in reversed(ours) if each.name not in kept]
    _show(invocation, going, kept)
    if going:
        invocation.confirm("Take this away?", access.subject.repository)
    changes = walk.destroy(going, lambda change: invocation.tell(done_line(change)))
    if invocation.json:
        print(plan_json(changes, **invocation.facts(), kept=kept))
    return DONE


def _show(invocation: Invocation, going: Sequence[Resource], kept: Mapping[str, str]) -> None:
    invocation.tell(f"{invocation.heading()}\n")
    for each in going:
        invocation.tell(f"- {each.kind} {each.name}")
    for name, why in kept.items():
        invocation.tell(f"  {name} stays: {why}")
    invocation.tell("" if going else "Nothing to take away.")


def _reason_to_keep(resource: Resource, roles: Collection[str]) -> str:
    """Why it has to stay when the roles go, or "": all of the account use the one provider."""
    if not isinstance(resource, IdentityProvider) or resource.find() is None:
        return ""
    users = resource.users(other_than=roles)
    if users:
        return f"other roles rest on it: {', '.join(users)}"
    return "" if resource.ours() else "it was not made here"


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
