"""The front path: the plain success of `POST /predict`, without anything else in its way.

It answers what is beyond doubt: a small JSON body of numbers that are all allowed, without a
query. Everything else, every refusal included, is for the app, which would have answered the same:
`tests/api/test_front.py` holds the two together. What the app would answer too late it refuses.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from api.answers import AnswerWriter
from api.backlog import Backlog, Queue
from api.drain import Drain
from api.identifiers import new_id, request_id
from api.keys import HEADER, KeyGuard
from api.ledger import BUSY, PRICED, Answer, Ledger
from api.problems import busy
from api.rows import RowReader
from api.settings import Settings
from model import Predictor

FRONT = "front"
"""The member of the lifespan state in which a connection finds the app's `FrontPath`."""

_JSON = frozenset(
    (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")
)
_KEY = HEADER.lower().encode()
_DIGITS = 12
"""Of a length that is read as a number at all."""

_GOOD = (
    b"content-length: %d\r\ncontent-type: application/json\r\nx-request-id: %b\r\n"
    b"x-content-type-options: nosniff\r\n\r\n%b"
)
_REFUSED = (
    b"content-length: %d\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n"
    b"x-request-id: %b\r\nx-content-type-options: nosniff\r\n\r\n%b"
)
_BUSY = json.dumps(busy().document()).encode()

Headers = dict[bytes, bytes]


@dataclass(slots=True)
class Asked:
    """A request whose head is read: its headers by lower-case name, and when that was.

    `began` is by the clock of the front path, `now` the Unix time, both in seconds.
    """

    headers: Headers
    began: float
    now: float


class FrontPath:
    """Answers requests for one price, or refuses them, and batches for which there is no place.

    `queue` has those places, `clock` gives seconds for durations.
    """

    def __init__(
        self,
        predictor: Predictor,
        settings: Settings,
        drain: Drain,
        ledger: Ledger,
        queue: Queue | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.ledger = ledger
        self.queue = queue or Queue()
        self.backlog = Backlog(settings.patience_seconds)
        self.explaining = Backlog(settings.patience_seconds)
        self._reader = RowReader(predictor.manifest.features)
        self._fill = AnswerWriter(predictor).filler()
        self.body_seconds = settings.body_seconds
        self._limit = settings.max_body_bytes
        self._batch_limit = settings.max_batch_bytes
        self._guard = KeyGuard(settings.key_hashes) if settings.key_hashes else None
        self._drain = drain
        self._clock = clock

    def asked(self, headers: list[tuple[bytes, bytes]]) -> Asked | None:
        """The request with this head, if its body may be one to answer; else it is for the app.

        That is so if each header is given once, they announce a body that is worth waiting for and
        not compressed, and the server is not about to stop.
        """
        named = dict(headers)
        plain = (
            len(named) == len(headers)
            and named.get(b"content-type", b"application/json") in _JSON
            and b"content-encoding" not in named
            and _announced(named, self._limit)
            and not self._drain.begun
        )
        return Asked(named, self._clock(), time.time()) if plain else None

    def answer(self, asked: Asked, body: bytes, client: str | None) -> bytes | None:
        """The headers of its own and the body of a 200; None where it is for the app to answer.

        It is noted in the ledger, for `client`, as answered now.
        """
        text = self._text(asked, body)
        if text is None:
            return None
        identifier = self._note(PRICED, asked, client)
        return _GOOD % (len(text), identifier.encode(), text)

    def batch(self, headers: list[tuple[bytes, bytes]]) -> Asked | None:
        """The batch with this head, if nothing in it is for the app to refuse."""
        named = dict(headers)
        sound = (
            len(named) == len(headers)
            and _announced(named, self._batch_limit)
            and self._accepts(named)
            and not self._drain.begun
        )
        return Asked(named, self._clock(), time.time()) if sound else None

    def refuse(self, asked: Asked, client: str | None, answer: Answer = BUSY) -> bytes:
        """The headers and body of a 503, for a request that would wait too long."""
        identifier = self._note(answer, asked, client)
        return _REFUSED % (len(_BUSY), identifier.encode(), _BUSY)

    def _text(self, asked: Asked, body: bytes) -> bytes | None:
        if not self._accepts(asked.headers):
            return None
        try:
            row = self._reader.read_json(body)
            return None if row is None else self._fill(row, new_id(asked.now))
        except Exception:  # noqa: BLE001 - the app fails in the same way, and in order
            return None

    def _accepts(self, headers: Headers) -> bool:
        """Whether who asks may: everybody, where there are no keys."""
        return self._guard is None or self._guard.accepts(headers.get(_KEY, b"").decode("latin-1"))

    def _note(self, answer: Answer, asked: Asked, client: str | None) -> str:
        """Note an answer, and make the id of its request."""
        identifier = _identifier(asked)
        seconds = self._clock() - asked.began
        self.ledger.note(answer, identifier, client, asked.now + seconds, seconds)
        return identifier


def _announced(headers: Headers, limit: int) -> bool:
    """Whether the head says how long the body is, and it may be as long."""
    length = headers.get(b"content-length", b"")
    return len(length) <= _DIGITS and length.isdigit() and int(length) <= limit


def _identifier(asked: Asked) -> str:
    given, traced = asked.headers.get(b"x-request-id"), asked.headers.get(b"x-amzn-trace-id")
    if given is None and traced is None:
        return new_id(asked.now)
    named = {"x-request-id": given or b"", "x-amzn-trace-id": traced or b""}
    return request_id({name: value.decode("latin-1") for name, value in named.items()})
