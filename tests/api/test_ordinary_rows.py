"""Ordinary rows of a batch take a shorter way: to the same answers, by byte, as all others."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.answers import AnswerWriter
from api.app import create_app
from api.rows import RowReader
from api.settings import Settings
from model import Feature
from tests import bundles
from tests.api.asked_batches import CSV, GOOD_CSV, JSON, LINES, answered, batch
from tests.api.asking import Question, in_process
from tests.api.bad_inputs import BAD_INPUTS, BadInput
from tests.api.bad_rows import BAD_ROWS, BadRow
from tests.api.bad_texts import GOOD, UNKNOWN
from tests.bundles import Bundle
from tests.steady import STEADY

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_COUNTED = re.compile(r"^((?:predictions|refused_rows|out_of_range)_total.*) (\S+)$", re.MULTILINE)
BATCHES = [each for each in BAD_INPUTS if each.path == "/predict/batch"]
LIMIT = 300
"""Characters that a row may have here."""


@cache
def client_of(make: Callable[[], Bundle]) -> TestClient:
    settings = Settings(max_body_bytes=LIMIT)
    return TestClient(create_app(settings, make().predictor()), raise_server_exceptions=False)


def seen(client: TestClient, question: Question) -> tuple[int, str, Counter[str]]:
    """Status and body of an answer, but for the ids in it, and what was counted meanwhile."""
    before = counts(client)
    answer = in_process(client)(question)
    return answer.status, _ID.sub("ID", answer.body.decode()), counts(client) - before


def counts(client: TestClient) -> Counter[str]:
    numbers = _COUNTED.findall(client.get("/metrics").text)
    return Counter({name: int(float(number)) for name, number in numbers})


def assert_the_same(question: Question, make: Callable[[], Bundle] = bundles.shipping) -> None:
    """With the shorter way and without."""
    client = client_of(make)
    with patch.object(RowReader, "read_json", return_value=None):
        expected = seen(client, question)
    assert seen(client, question) == expected


@pytest.mark.parametrize(("kind", "row"), [(JSON, GOOD), (LINES, GOOD), (CSV, GOOD_CSV)])
def test_ordinary_rows_are_answered_the_short_way(kind: str, row: bytes) -> None:
    """And rows beside them, with something to warn of, the other."""
    ask = in_process(client_of(bundles.shipping))
    with patch.object(AnswerWriter, "answer", side_effect=AnswerWriter.answer) as answer:
        assert len(answered(ask(batch(kind, [row] * 3)))) == 3
        assert answer.call_count == 0
    assert_the_same(batch(kind, [row, row.replace(b"750", b"1"), row]))


@pytest.mark.parametrize("bad", BATCHES, ids=lambda bad: bad.name[:60])
def test_bad_batches(bad: BadInput) -> None:
    """Every body that is refused is refused in the same words."""
    assert_the_same(bad.question())


@pytest.mark.parametrize("bad", BAD_ROWS, ids=lambda bad: bad.name[:60])
def test_bad_rows(bad: BadRow) -> None:
    """Every row that is refused, and its neighbours."""
    good = GOOD_CSV if bad.content_type == CSV else GOOD
    assert_the_same(batch(bad.content_type, [good, bad.text, good]))


@pytest.mark.parametrize("kind", [JSON, LINES])
@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT, LIMIT + 1])
def test_rows_at_the_limit(kind: str, size: int) -> None:
    """The longest row that is read, and the next."""
    long = GOOD[:-1] + b" " * (size - len(GOOD)) + b"}"
    assert_the_same(batch(kind, [GOOD, long, GOOD]))


@pytest.mark.parametrize("kind", [JSON, LINES])
@pytest.mark.parametrize("key", [*UNKNOWN.values(), '"}"', '"{"', '"a:b"', r'"\"}"'])
def test_keys_of_any_kind(key: str, kind: str) -> None:
    """Braces, colons and quotes in a key end nothing."""
    row = GOOD[:-1] + f", {key}: 1}}".encode()
    assert_the_same(batch(kind, [row, GOOD]))


def gappy() -> Bundle:
    """A model of numbers alone, one of which may be missing."""
    return bundles.optional(bundles.shipping(), "weight")


def test_what_is_missing_in_json_is_a_text_in_csv() -> None:
    """So that a null that is accepted there is refused here."""
    rows = GOOD_CSV, GOOD_CSV.replace(b"750", b"null"), GOOD_CSV.replace(b"750", b"")
    assert_the_same(batch(CSV, rows), gappy)
    whole, refused, missing = answered(in_process(client_of(gappy))(batch(CSV, rows)))
    assert (bool(whole["error"]), bool(refused["error"]), bool(missing["error"])) == (0, 1, 0)


NUMERALS = (
    st.text("0123456789.eE+- ", max_size=6)
    | st.integers(-10, 40_000).map(str)
    | st.sampled_from(["NaN", "null", "true", '"50"', "1e400", "9" * 40, "-0", "1_0", "٣", "{}"])
)
LABELS = st.sampled_from(["north", '"west"', '"east"', '"a}"', '"{"', '"a:b"', ""])
MAKERS = st.sampled_from([bundles.shipping, bundles.rent, bundles.quote, gappy])
SPACES = st.sampled_from(["", "", "", " ", "\t", "\r", "\x0b", "\xa0"])


def ordinary(feature: Feature) -> st.SearchStrategy[str]:
    """Values that the model was trained on, as JSON texts."""
    known = feature.training
    if known is None or feature.categories:
        return st.sampled_from(feature.categories or ("1",)).map(json.dumps)
    low, high = known.minimum, known.maximum
    numbers = st.floats(low, high).map(repr)
    return numbers | st.integers(math.ceil(low), math.floor(high)).map(str)


def values(feature: Feature) -> st.SearchStrategy[str]:
    """Most often ordinary ones."""
    return st.one_of(*[ordinary(feature)] * 8, NUMERALS, LABELS)


@st.composite
def rows(draw: st.DrawFn, features: Sequence[Feature]) -> str:
    """A JSON object of these features, most often."""
    given = [each for each in features if draw(st.integers(0, 30))]
    given += draw(st.lists(st.sampled_from(features), max_size=1)) * draw(st.integers(0, 1))
    members = [f'{draw(SPACES)}"{each.name}"{draw(SPACES)}:{draw(values(each))}' for each in given]
    return draw(SPACES) + "{" + ",".join(members) + "}" + draw(SPACES)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text, at times with a character more or less."""
    if draw(st.integers(0, 2)):
        return text
    place, piece = draw(st.integers(0, len(text))), draw(st.sampled_from([*'{}[],:"1\n', ""]))
    end: int = place + draw(st.integers(0, 1))
    return f"{text[:place]}{piece}{text[end:]}"


@given(st.data(), MAKERS, st.sampled_from([JSON, LINES]))
@STEADY
def test_any_json(data: st.DataObject, make: Callable[[], Bundle], kind: str) -> None:
    """Objects of any numbers, with spaces, doubled, left out, damaged in one place."""
    texts = data.draw(st.lists(rows(make().manifest.features), min_size=1, max_size=4))
    text = "[" + ",".join(texts) + "]" if kind == JSON else "\n".join(texts)
    body = data.draw(damaged(text)).encode()
    assert_the_same(Question("/predict/batch", body, headers={"content-type": kind}), make)


@given(st.data(), MAKERS)
@STEADY
def test_any_csv(data: st.DataObject, make: Callable[[], Bundle]) -> None:
    """Columns in any order, some of them left out, fields of any numbers, a damage in one place."""
    columns = data.draw(st.permutations(make().manifest.features))
    columns = columns[data.draw(st.integers(0, 8)) == 0 :]
    line = st.tuples(*map(values, columns)).map(",".join)
    lines = [
        ",".join(each.name for each in columns),
        *data.draw(st.lists(line, min_size=1, max_size=4)),
    ]
    body = data.draw(damaged("\n".join(lines))).encode()
    assert_the_same(Question("/predict/batch", body, headers={"content-type": CSV}), make)


@given(st.tuples(*map(ordinary, bundles.shipping().manifest.features)))
@STEADY
def test_any_ordinary_row(given: tuple[str, ...]) -> None:
    """It is answered the short way, from each format."""
    names = [each.name for each in bundles.shipping().manifest.features]
    row = "{" + ",".join(f'"{n}": {v}' for n, v in zip(names, given, strict=True)) + "}"
    for kind, text in ((JSON, row), (LINES, row), (CSV, ",".join(given))):
        assert_the_same(batch(kind, [text.encode()] * 2))
