"""What releases an image through a door: a rollout to instances, or a canary of the function."""

import os

from deploy import walk
from deploy.function_stack import function
from deploy.invocation import Invocation
from deploy.names import SERVER
from deploy.releases.asking import LateSmoke, smoke_of
from deploy.releases.attempt import Attempt, Order, Smoke
from deploy.releases.canary import Canary
from deploy.releases.filling import complete
from deploy.releases.history import History, Record
from deploy.releases.lease import Lease
from deploy.releases.opening import place_in, progress_of
from deploy.releases.place import Place
from deploy.releases.rendering import StackRendering
from deploy.releases.rollout import Rollout
from deploy.releases.stopping import terminable
from deploy.server_stack import server


def release(invocation: Invocation, order: Order) -> Record:
    """Release an image through the door, stoppable by a signal."""
    place = place_in(invocation)
    attempt = Attempt(
        invocation.aws,
        Lease(invocation.aws, place.bucket, place.door, owner=order.who, run=order.run),
        History(invocation.aws, place.bucket, place.door),
        progress_of(invocation),
        where=place.where,
        timeout=invocation.config.release.timeout_seconds,
    )

    smoke = LateSmoke(lambda: smoke_of(invocation, place, os.environ, keep=attempt.keep))
    with terminable():
        record = _releaser(invocation, attempt, place, smoke).release(order)
        if place.door == SERVER and record.outcome and not record.before:
            complete(invocation.aws, server(invocation.aws, invocation.config))
        return record


def _releaser(
    invocation: Invocation, attempt: Attempt, place: Place, smoke: Smoke
) -> Rollout | Canary:
    aws, config = invocation.aws, invocation.config
    if invocation.door == SERVER:
        rendering = StackRendering(server(aws, config))
        return Rollout(attempt, place, config, rendering, smoke)

    def create(digest: str) -> None:
        kept = aws.sleeping(attempt.sleep)
        resources = function(kept, config, digest=digest).resources
        walk.apply(resources, lambda _: attempt.keep(), sleep=kept.sleep)

    return Canary(attempt, place, config, create, smoke)
