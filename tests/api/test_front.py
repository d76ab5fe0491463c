"""The front path: not to be told from the app behind it, by answer, header, metric or log line."""

import asyncio
import hashlib
import io
import json
import logging
import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from starlette.types import Message

from api.app import create_app
from api.drain import Drain
from api.logs import FIELDS, Lines
from api.settings import Settings
from tests import bundles
from tests.api.asking import Answer, Question, in_process
from tests.api.bad_inputs import BAD_INPUTS, BadInput
from tests.api.bad_texts import GOOD
from tests.bundles import Bundle
from tests.steady import STEADY

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CHANGING = re.compile(
    r'"time": "[^"]+"|"duration_ms": [0-9.e-]+|^\w+_(?:created|sum|bucket).*$', re.MULTILINE
)
"""What is another each time; of a histogram the parts that tell how long something took."""

KEY = "a key for tests"
HASH = hashlib.sha256(KEY.encode()).hexdigest()


class Asked:
    """An app that is asked, and all that it lets see: answers, metrics, log."""

    def __init__(self, bundle: Bundle, *, front: bool, **settings: Any) -> None:
        self._stream = io.StringIO()
        self._lines = Lines(self._stream)
        self.predictor = bundle.predictor()
        app = create_app(Settings(**settings), self.predictor, lines=self._lines)
        asgi = app if front else partial(FastAPI.__call__, app)
        self._client = TestClient(asgi, raise_server_exceptions=False)

    def ask(self, question: Question) -> Answer:
        root = logging.getLogger()
        before, root.handlers = root.handlers, [self._lines]
        level = root.level
        root.setLevel("INFO")
        try:
            return in_process(self._client)(question)
        finally:
            root.handlers = before
            root.setLevel(level)

    def seen(self, question: Question) -> tuple[Any, ...]:
        """All that can be seen of one question, but for what is another each time."""
        answer = self.ask(question)
        headers = [(name, _ID.sub("ID", value)) for name, value in answer.headers.items()]
        log = _CHANGING.sub("", _ID.sub("ID", self._stream.getvalue()))
        self._stream.seek(0)
        self._stream.truncate()
        return answer.status, sorted(headers), _ID.sub("ID", answer.body.decode()), log

    def counts(self) -> str:
        """The metrics, but for the times."""
        return _CHANGING.sub("", self.ask(Question("/metrics", method="GET")).body.decode())


@cache
def pair(make: Callable[[], Bundle], keys: str = "") -> tuple[Asked, Asked]:
    """The app as it is, and without its front path."""
    whole, behind = (Asked(make(), front=front, api_keys=keys) for front in (True, False))
    return whole, behind


def assert_the_same(question: Question, make: Callable[[], Bundle] = bundles.shipping) -> None:
    whole, behind = pair(make)
    assert whole.seen(question) == behind.seen(question)


def predict(body: bytes, **headers: str) -> Question:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Question("/predict", body, headers={"content-type": "application/json"} | named)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Question], bool]:
    """Whether a question is answered by the front path."""
    whole, _ = pair(bundles.shipping)
    passed: list[object] = []
    app = whole._client.app  # noqa: SLF001 - where the client keeps it
    monkeypatch.setattr(app.front, "_app", _noting(app.front._app, passed))  # type: ignore[attr-defined]  # noqa: SLF001 - what stands behind it

    def ask(question: Question) -> bool:
        passed.clear()
        assert whole.ask(question).status == 200
        return not passed

    return ask


def _noting(app: Any, passed: list[object]) -> Any:
    async def noting(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope)
        await app(scope, receive, send)

    return noting


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: bad.name[:60])
def test_bad_inputs_are_refused_in_the_same_words(bad: BadInput) -> None:
    """Whatever is wrong with a request is for the app behind to tell."""
    assert_the_same(bad.question())


VALUES = [
    *("50", "50.0", "5e1", "0", "-0", "-0.0", "0.1", "1E2", "1e-400", "5e-324", "3.4e38", "1e39"),
    *("123456789012345678", "9007199254740993", "1" * 40, "1" * 400, "0." + "3" * 60, "1e400"),
    *("2.5e-0", "750.000000000000000000001", "1e-5", "NaN", "Infinity", "01", "1.", ".5", "+1"),
    *("1_0", "null", "true", '"50"', "[50]", "{}", "50 ", "\t50\n", "0x10", "1e", "- 1", "٣"),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value[:20]}×{len(value)}")
def test_every_way_to_write_a_number(value: str) -> None:
    """Those that are read are read as the same number, and the others are refused."""
    body = GOOD.decode().replace("750", value)
    assert value == "750" or body.encode() != GOOD
    assert_the_same(predict(body.encode()))


BODIES = {
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "space around": b" \r\n\t" + GOOD + b"\n ",
    "a space that is none of JSON": b"\x0b" + GOOD,
    "a name with an escape": GOOD.replace(b"weight", rb"\u0077eight"),
    "a name twice": GOOD[:-1] + b', "weight": 1}',
    "a name twice, once escaped": GOOD[:-1] + rb', "\u0077eight": 1}',
    "a lone surrogate": GOOD[:-1] + rb', "\ud800": 1}',
    "a comma too many": GOOD[:-1] + b",}",
    "a comment": GOOD + b"// that was it",
    "two objects": GOOD * 2,
    "latin-1": GOOD.replace(b"weight", b"w\xe9ight"),
    "a null byte": GOOD + b"\0",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_every_way_to_write_a_body(body: bytes) -> None:
    """Strange ones are for the app behind to judge."""
    assert_the_same(predict(body))


HEADERS: dict[str, dict[str, str]] = {
    "none": {},
    "an id": {"x_request_id": "mine"},
    "an id with a quote": {"x_request_id": 'm"ine'},
    "an empty id": {"x_request_id": ""},
    "a trace": {"x_amzn_trace_id": "Self=1-a-b;Root=1-c-d;Sampled=1"},
    "a trace and a bad id": {"x_request_id": "a b", "x_amzn_trace_id": "Root=1-c-d"},
    "a charset": {"content_type": "application/json; charset=utf-8"},
    "a charset in capitals": {"content_type": "Application/JSON; Charset=UTF-8"},
    "another charset": {"content_type": "application/json; charset=latin-1"},
    "another type": {"content_type": "text/plain"},
    "a host that would forward": {"x_forwarded_for": '203.0.113.9, "x'},
    "compression": {"accept_encoding": "gzip", "accept": "text/html"},
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_headers_are_heeded(headers: dict[str, str]) -> None:
    """Each as by the app behind."""
    assert_the_same(predict(GOOD, **headers))


@pytest.mark.parametrize("make", [bundles.shipping, bundles.rent, bundles.quote])
def test_every_model(make: Callable[[], Bundle]) -> None:
    """With labels, with values that may be missing, with and without an interval and decimals."""
    manifest = make().manifest
    for golden in manifest.golden:
        named = zip(manifest.features, golden.row, strict=True)
        document: dict[str, object] = {
            feature.name: feature.categories[int(value)]
            if feature.categories and value is not None
            else value
            for feature, value in named
        }
        assert_the_same(predict(json.dumps(document).encode()), make)
        shortened = {name: value for name, value in document.items() if value is not None}
        assert_the_same(predict(json.dumps(shortened).encode()), make)


@STEADY
@given(
    st.fixed_dictionaries(
        dict.fromkeys(
            ("price", "weight", "height", "distance", "volume"),
            st.floats(0, 3e38) | st.floats(0, 40_000) | st.integers(0, 10**6) | st.floats(),
        )
    )
)
def test_every_row(document: dict[str, float]) -> None:
    """Inside the training range and outside of it, and with numbers that are none."""
    assert_the_same(predict(json.dumps(document).encode()))


@pytest.mark.parametrize("key", [KEY, "wrong", ""])
def test_keys_are_asked_for(key: str) -> None:
    """Only an accepted one is answered."""
    whole, behind = pair(bundles.shipping, HASH)
    question = predict(GOOD, x_api_key=key)
    seen = whole.seen(question)
    assert seen == behind.seen(question)
    assert seen[0] == (200 if key == KEY else 401)


def test_the_metrics_are_the_same() -> None:
    """Whatever was asked: what was answered is counted, in the same series."""
    whole, behind = (Asked(bundles.shipping(), front=front) for front in (True, False))
    outside = GOOD.replace(b"750", b"39999999")
    for question in [predict(GOOD)] * 3 + [predict(b"{}"), predict(outside)]:
        assert whole.seen(question) == behind.seen(question)
    assert whole.counts() == behind.counts()
    assert 'predictions_total{kind="single"} 4.0' in whole.counts()


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        (predict(GOOD), True),
        (predict(GOOD, content_type="application/json; charset=utf-8"), True),
        (predict(GOOD, x_request_id="mine"), True),
        (Question("/predict", GOOD, headers={}), True),
        (Question("/predict?explain=true", GOOD), False),
        (predict(GOOD.replace(b"750", b"39999999")), False),
        (Question("/model", method="GET"), False),
    ],
)
def test_what_it_answers(
    taken: Callable[[Question], bool], question: Question, answered: object
) -> None:
    """The plain success, and nothing else: all the tests above would pass without a front path."""
    assert taken(question) is answered


def test_a_server_that_stops_says_so() -> None:
    """While draining the app behind answers, which asks for the connection to be closed."""
    drain = Drain(10.0)
    app = create_app(Settings(), bundles.shipping().predictor(), drain)
    with TestClient(app) as client:
        assert "connection" not in client.post("/predict", content=GOOD).headers
        drain.begin()
        assert client.post("/predict", content=GOOD).headers["connection"] == "close"


def raw(
    app: FastAPI, *messages: Message, headers: Sequence[tuple[bytes, bytes]] = ()
) -> list[Message]:
    """What the app sends to a client whose request comes in these messages."""
    sent, coming = [], list(messages)

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/predict", "query_string": b"",
             "headers": list(headers)}  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return sent


def test_a_body_in_pieces_is_put_together() -> None:
    """By the app behind, which gets the first piece again."""
    app = create_app(Settings(), bundles.shipping().predictor())
    pieces = [
        {"type": "http.request", "body": GOOD[:20], "more_body": True},
        {"type": "http.request", "body": GOOD[20:], "more_body": False},
    ]
    start, body = raw(app, *pieces)
    assert start["status"] == 200
    assert json.loads(body["body"])["shipping_estimated_price"] > 0


def test_a_client_that_goes_away_gets_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged as 499 by the app behind."""
    app = create_app(Settings(), bundles.shipping().predictor())
    with caplog.at_level(logging.INFO):
        assert raw(app, {"type": "http.disconnect"}) == []
    assert getattr(caplog.records[-1], FIELDS)["status"] == 499


def test_a_body_announced_too_large_is_not_waited_for() -> None:
    """Nor one of a type that is not read: nothing is received before they are refused."""
    app = create_app(Settings(), bundles.shipping().predictor())
    for header in [(b"content-length", b"9" * 9), (b"content-length", b"9" * 5000)]:
        start, _ = raw(app, headers=[header])
        assert start["status"] == 413
    start, _ = raw(app, headers=[(b"content-type", b"text/plain")])
    assert start["status"] == 415


def test_a_failure_is_the_same_failure() -> None:
    """With its trace in the log and its id in the answer."""
    seen = []
    for asked in (Asked(bundles.shipping(), front=front) for front in (True, False)):
        asked.predictor.engine = Broken()
        seen.append(asked.seen(predict(GOOD))[:3])
    assert seen[0] == seen[1]
    assert seen[0][0] == 500


class Broken:
    """An engine that does not run."""

    name = "broken"

    def outputs(self, row: object) -> list[float]:
        """Never any."""
        raise RuntimeError(f"no outputs for {row}")
