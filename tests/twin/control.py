"""Words to a twin in another process: `POST /twin/<word>` with the arguments as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from tests.twin.alarms import Alarms
from tests.twin.clock import Clock
from tests.twin.fleet import Fleet
from tests.twin.health import Health

CONTROL = "/twin/"


class World(Protocol):
    """What of a twin can be spoken to."""

    clock: Clock
    alarms: Alarms
    fleet: Fleet
    health: Health


Word = Callable[[World, dict[str, Any]], object]


def _advance(twin: World, said: dict[str, Any]) -> str:
    twin.clock.advance(said["seconds"])
    return twin.clock.now().isoformat()


WORDS: dict[str, Word] = {
    "advance": _advance,
    "alarm": lambda twin, said: twin.alarms.set(**said),
    "fail-launches": lambda twin, said: twin.fleet.fail_launches(**said),
    "health": lambda twin, said: twin.health.script(**said),
    "now": lambda twin, _: twin.clock.now().isoformat(),
}


def control(
    twin: World, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer one word: 200 with the result as JSON, or 400 with what was wrong."""
    try:
        word = WORDS[environ["PATH_INFO"].removeprefix(CONTROL)]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, result = "200 OK", word(twin, json.loads(body or b"{}"))
    except (KeyError, TypeError, ValueError) as wrong:
        status, result = "400 Bad Request", f"{type(wrong).__name__}: {wrong}"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(result).encode()]
