"""What releases an image through a door: a rollout to instances, or a canary of the function."""

import os

from deploy import walk
from deploy.errors import Refused
from deploy.function_stack import function
from deploy.invocation import Invocation
from deploy.names import SERVER
from deploy.releases.abort import abort_canary, abort_refresh
from deploy.releases.asking import LateSmoke, smoke_of, version_smoke
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
from deploy.releases.unfinished import Running
from deploy.server_stack import server


def release(invocation: Invocation, order: Order) -> Record:
    """Release an image through the door, stoppable by a signal."""
    place = place_in(invocation)
    attempt = _attempt(invocation, order)
    smoke = LateSmoke(lambda: smoke_of(invocation, place, os.environ, keep=attempt.keep))
    with terminable():
        return _releaser(invocation, attempt, place, smoke).release(order)


def undo(invocation: Invocation, order: Order, found: Running) -> Record:
    """Have a release that is under way undone, whose run is dead: the lease is free."""
    attempt = _attempt(invocation, order)
    attempt.know(version=found.version, before=found.left)

    def steps() -> Record:
        attempt.progress.phase("way back")
        if _stopped(invocation, attempt, order) is None:
            raise Refused("The release has ended meanwhile: look at it with `status`.")
        return attempt.succeeded(order)

    with terminable():
        return attempt.run(order, steps)


def _stopped(invocation: Invocation, attempt: Attempt, order: Order) -> str | None:
    place, aws = place_in(invocation), invocation.aws.sleeping(attempt.sleep)
    if place.door != SERVER:
        return abort_canary(aws, place)
    limit = float(invocation.config.release.timeout_seconds)
    return abort_refresh(aws, place, attempt.progress, timeout=limit, who=order.who)


def _attempt(invocation: Invocation, order: Order) -> Attempt:
    place = place_in(invocation)
    return Attempt(
        invocation.aws,
        Lease(invocation.aws, place.bucket, place.door, owner=order.who, run=order.run),
        History(invocation.aws, place.bucket, place.door),
        progress_of(invocation),
        where=place.where,
        timeout=invocation.config.release.timeout_seconds,
    )


def _releaser(
    invocation: Invocation, attempt: Attempt, place: Place, smoke: Smoke
) -> Rollout | Canary:
    aws, config = invocation.aws, invocation.config
    if invocation.door == SERVER:
        rendering = StackRendering(server(aws, config))

        def fill() -> None:
            kept = aws.sleeping(attempt.sleep)
            complete(kept, server(kept, config), attempt.keep)

        return Rollout(attempt, place, config, rendering, smoke, fill)

    def create(digest: str) -> None:
        kept = aws.sleeping(attempt.sleep)
        resources = function(kept, config, digest=digest).resources
        walk.apply(resources, lambda _: attempt.keep(), sleep=kept.sleep)

    def probe(version: str) -> Smoke:
        return version_smoke(invocation, place, os.environ, version, keep=attempt.keep)

    return Canary(attempt, place, config, create, smoke, probe)
