"""Waiting for AWS: for what it does not know yet, and for what it does not let go of yet."""

from collections.abc import Callable, Iterator, Sequence

from botocore.exceptions import ClientError

from deploy.aws import Aws
from deploy.aws_errors import aws_says
from deploy.errors import TimedOut

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 20.0


def pauses(first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> Iterator[float]:
    """Seconds to wait between two looks, each half as long again as the one before."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 1.5, longest)


def until(aws: Aws, done: Callable[[], bool], *, what: str, limit: float) -> None:
    """Ask until it is done, with growing pauses.

    `what` says what is waited for, `limit` for how many seconds. Raises `TimedOut` after them.
    """
    for _ in _rounds(aws, what, limit, []):
        if done():
            return


def retried(
    aws: Aws,
    call: Callable[[], object],
    excused: Callable[[ClientError], bool],
    *,
    what: str,
    limit: float,
) -> None:
    """Call until AWS takes it; errors that are not excused are raised at once.

    Raises `TimedOut` with the last that was.
    """
    refusals: list[str] = []
    for _ in _rounds(aws, what, limit, refusals):
        try:
            call()
        except ClientError as error:
            if not excused(error):
                raise
            refusals.append(f"AWS says: {aws_says(error)} ")
        else:
            return


def _rounds(aws: Aws, what: str, limit: float, refusals: Sequence[str]) -> Iterator[None]:
    """Come round until the time is over. `refusals` is what AWS has said meanwhile."""
    started, pause = aws.clock(), pauses()
    yield
    aws.say(f"waiting until {what}")
    while aws.clock() - started < limit:
        aws.sleep(next(pause))
        yield
    raise TimedOut(
        f"After {limit:.0f} seconds it is still not so that {what}. {''.join(refusals[-1:])}"
        "Run the same command again: it goes on where it stopped."
    )
