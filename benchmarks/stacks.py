"""Stacks as a sampler collapses them, one a line with how often it was seen, by parts of the work.

A frame is `name (file)`, the outermost first. A stack belongs to the part that its innermost frame
of any part is of: what a part calls of Python, of C or of the kernel is its own.
"""

from collections import Counter
from collections.abc import Mapping

REST = "the event loop, and waiting for requests"
"""Whatever is in none of the other parts: all of it is called by the event loop."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "reading and writing sockets": ("uv__read (", "UVStream_"),
    "parsing HTTP": ("(parser.c)", "llhttp"),
    "ids, log and metrics": (
        *("_note (api/front.py)", "_identifier (api/front.py)", "api/identifiers.py"),
        *("api/ledger.py", "api/logs.py", "api/metrics.py", "api/observer.py"),
        *("prometheus_client/", "logging/"),
    ),
    "the connection and headers": ("api/protocol.py", "api/front.py", "uvicorn/protocols/"),
    "parsing and checking the body": (
        *("api/rows.py", "api/decoding.py", "api/bodies.py", "json/decoder.py"),
    ),
    "the walk": ("(walk.c)", "(walk_type.c)", "(forest.c)", "(module.c)", "model/walk.py"),
    "the price and its interval": ("(estimate.c)", "model/"),
    "writing the answer, and the route": (
        *("(form_type.c)", "api/answers.py", "api/predictions.py", "starlette/responses.py"),
    ),
    "FastAPI and Starlette": ("fastapi/", "starlette/", "uvicorn/middleware/"),
}
"""What stands in the frames of each part; of several parts the first counts."""


def shares(collapsed: str) -> Mapping[str, float]:
    """The share of each part, of the rest too. Raises `RuntimeError` where nothing was seen."""
    counts: Counter[str] = Counter()
    for line in collapsed.splitlines():
        stack, _, seen = line.rpartition(" ")
        counts[part(stack.split(";"))] += int(seen)
    if not counts:
        raise RuntimeError("not one stack was sampled")
    return {name: counts[name] / counts.total() for name in (*PARTS, REST)}


def part(stack: list[str]) -> str:
    """The part to which a stack belongs."""
    return next((found for frame in reversed(stack) if (found := _of_frame(frame))), REST)


def _of_frame(frame: str) -> str | None:
    """The part of one frame, if it is of any."""
    found = (name for name, marks in PARTS.items() if any(mark in frame for mark in marks))
    return next(found, None)
