"""The front path: not to be told from the app behind it, by answer, header, metric or log line."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import Predictor
from model.engine import Engine
from tests import bundles
from tests.api.asking import Question
from tests.api.bad_inputs import BAD_INPUTS, BadInput
from tests.api.bad_texts import GOOD
from tests.api.begun import watched
from tests.api.pair import Asked, pair
from tests.bundles import Bundle
from tests.steady import STEADY

KEY = "a key for tests"
HASH = hashlib.sha256(KEY.encode()).hexdigest()


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
    begun = watched(monkeypatch)

    def ask(question: Question) -> bool:
        begun.clear()
        assert whole.ask(question).startswith("HTTP/1.1 200 ")
        return not begun

    return ask


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
    "a compressed body": {"content_encoding": "gzip"},
    "a body as it is": {"content_encoding": "Identity"},
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
    assert seen[0].startswith("HTTP/1.1 200 " if key == KEY else "HTTP/1.1 401 ")


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
        (predict(GOOD, connection="keep-alive"), True),
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


def test_a_failure_is_the_same_failure() -> None:
    """With its trace in the log and its id in the answer."""
    seen = []
    for front in (True, False):
        breaking, whole = Breaking(), bundles.shipping()
        asked = Asked(Faulty(whole.manifest, whole.model, breaking), front=front)
        breaking.broken = True
        seen.append(asked.ask(predict(GOOD)))
    assert seen[0] == seen[1]
    assert seen[0].startswith("HTTP/1.1 500 ")


class Breaking:
    """An engine that runs until it is broken."""

    name = "breaking"
    broken = False

    def outputs(self, row: Sequence[float]) -> list[float]:
        """Three, or none ever again."""
        if self.broken:
            raise RuntimeError(f"no outputs for {list(row)}")
        return [1.0, 2.0, 3.0]


@dataclass(frozen=True)
class Faulty(Bundle):
    """A bundle with another engine."""

    engine: Engine

    def predictor(self) -> Predictor:
        """The predictor of the bundle, with that engine."""
        predictor = super().predictor()
        predictor.engine = self.engine
        return predictor
