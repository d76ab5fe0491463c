"""What follows a release of a server: that which an empty group must not have yet."""

from collections.abc import Callable

from deploy import walk
from deploy.aws import Aws
from deploy.resource import Change, Resource
from deploy.server_stack import ServerStack


def complete(aws: Aws, stack: ServerStack, keep: Callable[[], None]) -> list[Change]:
    """Put the schedule, and have the alarms miss instances; `apply` does the same.

    Nothing is written where that is so already. `keep` keeps the lease.
    """
    needed: tuple[Resource, ...] = (
        stack.target_group,
        stack.balancer,
        stack.template,
        stack.group,
        stack.topic,
    )
    for each in needed:
        each.find()
    return walk.apply([stack.schedule, *stack.alarms], lambda _: keep(), sleep=aws.sleep)
