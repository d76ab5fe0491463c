"""The floor of a function: the least that a handler can do, one answer whatever is asked."""

from typing import Any

from benchmarks.servers.static import TEXT

_ANSWER = {
    "statusCode": 200,
    "headers": {"content-type": "application/json"},
    "body": TEXT,
    "isBase64Encoded": False,
}


def handler(_event: object, _context: object) -> dict[str, Any]:
    """The answer to an event."""
    return _ANSWER
