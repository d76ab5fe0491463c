"""Stopping a release that is going on: whoever started it, dead or alive."""

from deploy.aws import Aws
from deploy.errors import Failed, RollbackFailed, TimedOut
from deploy.releases.fleet import look
from deploy.releases.place import Place
from deploy.releases.progress import Progress
from deploy.releases.refresh import Refresh, Refreshes
from deploy.releases.stop import Stop, mark
from deploy.releases.traffic import Published, Traffic

POLL = 10.0
"""Seconds between two looks."""


def abort_refresh(
    aws: Aws, place: Place, progress: Progress, *, timeout: float, who: str
) -> str | None:
    """Have the active refresh of the server undone: its last status, None if there was none.

    A release's own way back is not undone but followed: it leads where `abort` would. It needs no
    lease: the run that holds it sees what has become of its release. Raises `RollbackFailed`,
    `Failed` if it ended otherwise, and `TimedOut` after `timeout` seconds.
    """
    refreshes, began = Refreshes(aws, place.group), aws.clock()
    refresh = refreshes.active()
    if refresh is None:
        return None
    if refresh.goes_on and not refresh.returning:
        mark(aws, place, Stop(refresh.id, who))
        refreshes.go_back()
    while not refresh.ended:
        if aws.clock() - began >= timeout:
            raise TimedOut(
                f"The way back is not at its end after {timeout:.0f} s. It goes on: "
                f"python -m deploy status {place.where}"
            )
        progress.say(f"{refresh.status} {refresh.percentage} %; {refresh.reason}")
        aws.sleep(POLL)
        refresh = refreshes.get(refresh.id)
    _refuse_end(aws, place, refresh)
    return refresh.status


def _refuse_end(aws: Aws, place: Place, refresh: Refresh) -> None:
    """Raise what any end is but the way back, with what leads out of it."""
    if refresh.returning and refresh.status == "Successful":
        return
    if refresh.status == "RollbackFailed":
        raise RollbackFailed(f"{refresh.reason} Look at it: python -m deploy status {place.where}")
    if refresh.status == "Successful":
        raise Failed(
            f"It came too late: version {refresh.version} serves. Go back with "
            f"`python -m deploy rollback {place.where}`."
        )
    if refresh.status in ("Cancelled", "Failed"):
        release = f"python -m deploy release {place.where} --image"
        mixed = look(aws, place.group).by_digest
        raise Failed(
            f"It stopped where it was ({refresh.status}), and was not undone. Instances by image: "
            f"{', '.join(f'{count} run {digest}' for digest, count in sorted(mixed.items()))}. "
            f"`{release} DIGEST` makes them all run one of these."
        )


def abort_canary(aws: Aws, place: Place) -> str | None:
    """Give all of the traffic to the function's main version: its number, None if it has it."""
    published = Published(aws, place.function)
    traffic = published.traffic()
    if traffic is None or not traffic.shares:
        return None
    published.route(Traffic(traffic.main))
    return traffic.main
