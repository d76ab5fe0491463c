"""`python -m tests.twin --port 0`: the twin as a process, until it is told to end."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.twin.twin import Twin


def main(argv: Sequence[str] | None = None) -> int:
    """Serve, print the URL on a line of its own, and wait for SIGTERM or SIGINT."""
    arguments = _parser().parse_args(argv)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    twin = Twin(start=datetime.now(UTC), pace=arguments.pace, per_call=arguments.per_call)
    with twin, twin.serve(arguments.port) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        ended.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.twin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--pace", type=float, default=1, help="virtual seconds per second (default: 1)"
    )
    parser.add_argument(
        "--per-call", type=float, default=0, help="virtual seconds per request (default: 0)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
