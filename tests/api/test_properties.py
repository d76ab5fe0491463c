"""What holds for every request, whatever is in it."""

import json
import math
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.api.asked_batches import CSV, JSON, LINES, answered
from tests.api.asking import Answer, Question, assert_problem, assert_well_formed, in_process
from tests.steady import STEADY

NAMES = ("price", "weight", "height", "distance", "volume")
NUMBERS = st.integers() | st.floats(width=64) | st.floats(-10, 40_000)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=8)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), ANYTHING, max_size=7)
ROWS = st.fixed_dictionaries(dict.fromkeys(NAMES, st.floats(0, 3e38) | st.floats(0, 40_000)))
TEXTS = st.text(alphabet='[]{},:"\\ \n-+.0123456789eENaInfinityultrs\ufeff', max_size=40)
BYTES = st.binary(max_size=40) | TEXTS.map(str.encode)
KINDS = st.sampled_from([JSON, LINES, CSV])


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def assert_sound(answer: Answer) -> None:
    """Never the server's fault, always strict JSON: a problem, or a price within its interval."""
    if answer.status == 200:
        assert_priced(answer.document())
    else:
        assert_problem(answer, answer.status)
        assert answer.status in (400, 413, 422)


def assert_priced(answer: dict[str, Any]) -> None:
    price, interval = answer["shipping_estimated_price"], answer["interval"]
    assert 0 <= interval["low"] <= price <= interval["high"]
    assert math.isfinite(interval["high"])


@given(BYTES)
@STEADY
def test_any_bytes(client: TestClient, body: bytes) -> None:
    """Bytes of any kind are answered soundly."""
    assert_sound(in_process(client)(Question("/predict", body)))


@given(ANYTHING | OBJECTS)
@example({"price": 10**30, "weight": -0.0, "height": 5e-324, "distance": 1e-45, "volume": 1})
@STEADY
def test_any_document(client: TestClient, document: object) -> None:
    """JSON of any kind is answered soundly."""
    assert_sound(in_process(client)(Question("/predict?explain=true", encoded(document))))


@given(ROWS)
@STEADY
def test_any_row_is_priced(client: TestClient, row: dict[str, float]) -> None:
    """A row of numbers that are allowed is priced, with reasons that give the price."""
    answer = in_process(client)(Question("/predict?explain=true", encoded(row)))
    document = answer.document()
    assert answer.status == 200
    assert_priced(document)
    total = document["baseline"] + math.fsum(document["contributions"].values())
    assert abs(total - document["shipping_estimated_price"]) <= 0.01


@given(BYTES, KINDS)
@STEADY
def test_any_bytes_as_a_batch(client: TestClient, body: bytes, kind: str) -> None:
    """Bytes of any kind are answered soundly as a batch in each format."""
    question = Question("/predict/batch", body, headers={"content-type": kind})
    answer = in_process(client)(question)
    if answer.status == 200:
        answered(answer)
    else:
        assert_problem(answer, answer.status)
        assert answer.status in (400, 422)


@given(st.lists(ANYTHING | OBJECTS | ROWS, max_size=6), st.sampled_from([JSON, LINES]))
@STEADY
def test_any_rows_of_a_batch(client: TestClient, rows: list[Any], kind: str) -> None:
    """Of a batch each row gets its own sound answer, in its place."""
    texts = [encoded(row) for row in rows]
    body = b"[" + b",".join(texts) + b"]" if kind == JSON else b"\n".join([*texts, b"0"])
    question = Question("/predict/batch", body, headers={"content-type": kind})
    answers = answered(in_process(client)(question))
    assert len(answers) == len(rows) + (kind == LINES)
    for answer in answers:
        if "detail" in answer:
            assert_well_formed(answer, answer["status"])
        else:
            assert_priced(answer)


@given(st.lists(st.lists(st.text(max_size=6) | st.floats().map(str), max_size=7), max_size=5))
@STEADY
def test_any_lines_of_csv(client: TestClient, lines: list[list[str]]) -> None:
    """Of a CSV each line that can be told apart gets its own answer."""
    quoted = [",".join('"' + text.replace('"', '""') + '"' for text in line) for line in lines]
    body = "\n".join([",".join(NAMES), *quoted]).encode("utf-8", "replace")
    question = Question("/predict/batch", body, headers={"content-type": CSV})
    answers = answered(in_process(client)(question))
    assert len(answers) == len([line for line in quoted if line])
    assert all(each["error"] or each["prediction_id"] for each in answers)


@given(st.lists(ROWS, min_size=1, max_size=5))
@STEADY
def test_alone_or_together(client: TestClient, rows: list[dict[str, float]]) -> None:
    """A row has one price, asked for alone or in a batch."""
    ask = in_process(client)
    together = ask(Question("/predict/batch", encoded(rows))).document()
    alone = [ask(Question("/predict", encoded(row))).document() for row in rows]
    for answer in together + alone:
        del answer["prediction_id"]
    assert together == alone


@given(
    st.dictionaries(
        st.sampled_from(["x-request-id", "x-amzn-trace-id", "accept", "content-length", "expect"]),
        st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"])).map(str.strip),
    )
)
@STEADY
def test_any_headers(client: TestClient, headers: dict[str, str]) -> None:
    """Headers of any content do no harm."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    for path in ("/metrics", "/livez", "/docs"):
        answer = client.get(path, headers=raw)
        assert answer.status_code == 200
        assert answer.headers["x-request-id"].isascii()
