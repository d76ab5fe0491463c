"""The verb `prune`: delete old images and versions that nothing names."""

import argparse
import json
from dataclasses import asdict

from deploy.errors import DONE, Refused
from deploy.invocation import Invocation, add_common, invocation_of
from deploy.leftovers import tagged
from deploy.names import MANAGED, Names
from deploy.ownership import refuse_foreign
from deploy.prune import prune, surplus
from deploy.releases.opening import leased, place_in
from deploy.releases.place import Place, place_of
from deploy.resources.registry import Repository

add_arguments = add_common


def run(args: argparse.Namespace) -> int:
    """List what may go, ask, and delete it. Not in a repository that is somebody else's."""
    invocation = invocation_of(args)
    repository = Repository(invocation.aws, invocation.names)
    refuse_foreign(repository, repository.find())
    place, keep = place_in(invocation), invocation.config.release.keep
    found = surplus(invocation.aws, place, others(invocation, place), keep=keep)
    for line in found.lines:
        invocation.tell(line)
    if found.lines:
        invocation.confirm("Delete these?", invocation.config.environment)
        with leased(invocation) as (own, _):
            if surplus(own.aws, place, others(own, place), keep=keep) != found:
                raise Refused("Another release has ended meanwhile: look at the list again.")
            prune(own.aws, place, found)
    if invocation.json:
        print(json.dumps({**invocation.facts(), "deleted": asdict(found)}, indent=2))
    else:
        print(f"{len(found.lines)} deleted." if found.lines else "Nothing is too old.")
    return DONE


def others(invocation: Invocation, place: Place) -> list[Place]:
    """The other environments, by their tags: they run images of the same repository."""
    aws, names = invocation.aws, invocation.names
    things = tagged(aws, {"service": names.name, **MANAGED})
    environments = {each.environment for each in things} - {"", place.environment}
    return [
        place_of(Names(names.name, environment), aws.account, aws.region, place.door)
        for environment in sorted(environments)
    ]
