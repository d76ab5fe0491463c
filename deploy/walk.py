"""The walks over a stack: plan, apply and destroy."""

import re
import time
from collections.abc import Callable, Sequence

from botocore.exceptions import ClientError

from deploy.aws import error_code
from deploy.errors import TimedOut
from deploy.ownership import is_foreign, parted, refuse_foreign
from deploy.resource import Change, Resource, compare

Sleep = Callable[[float], None]
Report = Callable[[Change], None]
"""Hears of each change: in a plan what is to be done, in an apply what has just been done."""


def _silent(_: Change) -> None:
    """Hear of a change and say nothing."""


def plan(stack: Sequence[Resource], report: Report = _silent) -> list[Change]:
    """What `apply` would do. Writes nothing."""
    changes = []
    for resource in stack:
        change = change_of(resource)
        if change is not None:
            changes.append(change)
            report(change)
    return changes


def apply(
    stack: Sequence[Resource], report: Report = _silent, *, sleep: Sleep = time.sleep
) -> list[Change]:
    """Make everything as it is wanted, in the stack's order; run again, it goes on."""
    changes = []
    for resource in stack:
        change = change_of(resource)
        if change is not None:
            _do(resource, change, sleep)
            changes.append(change)
            report(change)
    return changes


def there(stack: Sequence[Resource]) -> list[Resource]:
    """What is there and ours, in the order in which it is taken away: the reversed one."""
    ours, _ = parted(stack)
    return ours[::-1]


def destroy(found: Sequence[Resource], report: Report = _silent) -> list[Change]:
    """Take away what `there` has found; run again, it goes on."""
    changes = []
    for resource in found:
        resource.delete()
        changes.append(Change("delete", resource.kind, resource.name))
        report(changes[-1])
    return changes


def change_of(resource: Resource) -> Change | None:
    """What one resource lacks, or None if it is as it is wanted.

    Raises `Refused` if it is somebody else's; what is not wanted may be that.
    """
    live, wanted = resource.find(), resource.settings()
    if wanted is None:
        gone = live is None or is_foreign(resource, live)
        return None if gone else Change("delete", resource.kind, resource.name)
    refuse_foreign(resource, live)
    differences = compare(live, wanted)
    if live is None:
        return Change("create", resource.kind, resource.name, differences)
    if differences:
        return Change("update", resource.kind, resource.name, differences)
    return None


def _do(resource: Resource, change: Change, sleep: Sleep) -> None:
    if change.action == "create":
        _create(resource, sleep)
        return
    if change.action == "delete":
        resource.delete()
    else:
        resource.update(frozenset(each.key for each in change.differences))
    resource.find()


def _create(resource: Resource, sleep: Sleep) -> None:
    """Make it; where AWS says that it is there, our own earlier try got through unheard.

    What was still to be done of it is done then.
    """
    try:
        resource.create()
    except ClientError as error:
        if not _EXISTS.search(error_code(error)) or resource.find() is None:
            raise
        left = change_of(resource)
        if left is not None:
            _do(resource, left, sleep)
    else:
        _wait_until_seen(resource, sleep)


def _wait_until_seen(resource: Resource, sleep: Sleep) -> None:
    """Find what was just made: AWS may take a moment to know of it everywhere."""
    for _ in range(_LOOKS):
        if resource.find() is not None:
            return
        sleep(_PAUSE)
    raise TimedOut(
        f"The {resource.kind} {resource.name} was made, and AWS still does not show it after "
        f"{_LOOKS * _PAUSE:.0f} seconds. Run the same command again: it goes on where it stopped."
    )


_EXISTS = re.compile("Already|Duplicate|Conflict")
"""In AWS's codes for a name that is taken."""

_LOOKS = 30
_PAUSE = 2.0
