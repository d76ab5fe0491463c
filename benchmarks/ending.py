"""How a benchmark ends: in order, whatever interrupts it, and in one line where it cannot go on."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CANNOT = 3
INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ended(main: Callable[[], int | None]) -> int:
    """Run it. The exit code is its own, 3 where it cannot measure, or 130 if it was interrupted."""
    try:
        with _interruptible():
            return main() or 0
    except KeyboardInterrupt:
        print("interrupted, and every server that was started is ended", file=sys.stderr)
        return INTERRUPTED
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        return CANNOT


@contextmanager
def _interruptible() -> Iterator[None]:
    """Be interrupted by a closed terminal and by who ends it, too: the servers would outlive it.

    What is ignored, as under nohup, stays so.
    """
    before = {each: signal.getsignal(each) for each in _SIGNALS}
    heeded = [each for each in _SIGNALS if before[each] is not signal.SIG_IGN]
    for each in heeded:
        signal.signal(each, _interrupt)
    try:
        yield
    finally:
        for each in heeded:
            signal.signal(each, before[each])


def _interrupt(_number: int, _frame: object) -> None:
    """Once: a second time would cut off the ending of the servers."""
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
