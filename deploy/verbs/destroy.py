"""The verb `destroy`: take everything of one door away, and prove that it is gone."""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from deploy import walk
from deploy.errors import DONE, Failed, Refused
from deploy.invocation import Invocation, add_common, invocation_of
from deploy.leftovers import others, wait_until_gone
from deploy.output import done_line, plan_json
from deploy.ownership import NOT_OURS, parted
from deploy.releases.history import DESTROY, DESTROYED, History, Record
from deploy.releases.lease import refuse_held
from deploy.releases.opening import place_in, who
from deploy.releases.store import NoBucket
from deploy.resource import Change, Resource
from deploy.resources.bucket import Bucket
from deploy.resources.log_group import LogGroup
from deploy.stacks import Stack, stack_of


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes, what stays, and why each of these stays."""

    going: tuple[Resource, ...]
    staying: tuple[tuple[Resource, str], ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The common ones, and what else is to go."""
    add_common(parser)
    parser.add_argument("--with-images", action="store_true", help="delete the images too")
    parser.add_argument(
        "--with-logs",
        action="store_true",
        help="delete the logs too, and the bucket with access logs and the history of releases",
    )
    parser.add_argument("--force", action="store_true", help="even if deletion protection is on")


def run(args: argparse.Namespace) -> int:
    """List, ask, take away in the reversed order, and look that nothing is left.

    Not while somebody deploys. What is somebody else's stays, and is said to.
    """
    invocation = invocation_of(args)
    stack = stack_of(invocation)
    choice = choose(invocation, stack, images=args.with_images, logs=args.with_logs)
    ours, foreign = parted(choice.going)
    choice = replace(choice, staying=(*choice.staying, *((each, NOT_OURS) for each in foreign)))
    found = ours[::-1]
    changes = [Change("delete", each.kind, each.name) for each in found]
    _show(invocation, choice, changes)
    if stack.is_protected() and not args.force:
        raise Refused(
            "The load balancer is protected against deletion. Set deletion_protection to false "
            "and apply that, or add --force."
        )
    if changes:
        invocation.confirm("Delete this?", invocation.config.environment)
    with suppress(NoBucket):
        refuse_held(invocation.aws, stack.shared.bucket.name, invocation.door)
    walk.destroy(found, lambda change: invocation.tell(done_line(change)))
    _record(invocation, choice)
    prove(invocation, choice)
    if invocation.json:
        kept = [
            {"kind": each.kind, "name": each.name, "reason": why} for each, why in choice.staying
        ]
        print(plan_json(changes, **invocation.facts(), kept=kept))
    return DONE


def choose(invocation: Invocation, stack: Stack, *, images: bool, logs: bool) -> Choice:
    """Sort the resources. Raises `Refused` if the images of others are to be deleted."""
    users = others(invocation.aws, invocation.names, invocation.door)
    here = [each for each in users if each.environment == invocation.config.environment]
    if images and users:
        raise Refused(
            "The images are also those of "
            f"{', '.join(sorted({f'{each.environment} {each.door}' for each in users}))}: "
            "destroy these first, or leave --with-images out."
        )
    reasons: dict[int, str] = {}
    if not images:
        reasons[id(stack.shared.repository)] = "images are kept without --with-images"
    bucket = stack.shared.bucket
    if here:
        reasons[id(bucket)] = f"the {here[0].door} uses it too"
    elif not logs and bucket.holds_records():
        reasons[id(bucket)] = "history and access logs in it are kept without --with-logs"
    if not logs:
        found = (each for each in stack.resources if isinstance(each, LogGroup))
        reasons |= {id(each): "logs are kept without --with-logs" for each in found}
    kept = [each for each in stack.resources if id(each) in reasons and each.find() is not None]
    return Choice(
        tuple(each for each in stack.resources if id(each) not in reasons),
        tuple((each, reasons[id(each)]) for each in kept),
    )


def _record(invocation: Invocation, choice: Choice) -> None:
    """End a history that stays: what it has released before is nothing to compare with later."""
    if not any(each.kind == Bucket.kind for each, _ in choice.staying):
        return
    place, known = place_in(invocation), who(invocation)
    history = History(invocation.aws, place.bucket, place.door)
    with suppress(NoBucket):
        _end(history, invocation.aws.clock(), known)


def _end(history: History, now: float, known: Mapping[str, str]) -> None:
    if history.last_success() is None:
        return
    history.write(
        Record(
            verb=DESTROY,
            started=now,
            digest="",
            outcome=DESTROYED,
            who=known["who"],
            run=known["run"],
        )
    )


def prove(invocation: Invocation, choice: Choice) -> None:
    """Ask for each resource once more, and for everything with our tags.

    Raises `Failed` or `TimedOut` naming what is left.
    """
    left = [f"{each.kind} {each.name}" for each in walk.there(choice.going)]
    if left:
        raise Failed(f"Still there: {', '.join(left)}. Run destroy again.")
    kept = frozenset(str(getattr(each, "arn", "")) for each, _ in choice.staying)
    wait_until_gone(invocation.aws, invocation.names, invocation.door, kept)
    names = ", ".join(f"{each.kind} {each.name}" for each, _ in choice.staying)
    end = f"Nothing is left of it but what stays, {names}" if names else "Nothing of it is left"
    invocation.tell(f"\n{end}: every resource and every tag was asked for.")


def _show(invocation: Invocation, choice: Choice, changes: Sequence[Change]) -> None:
    invocation.tell(f"{invocation.heading()}\n")
    for change in changes:
        invocation.tell(f"- {change.kind} {change.name}")
    for resource, reason in choice.staying:
        invocation.tell(f"  {resource.kind} {resource.name} stays: {reason}")
    if changes:
        invocation.tell("")
    else:
        invocation.tell("\nNothing to delete." if choice.staying else "Nothing to delete.")
