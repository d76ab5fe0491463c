import asyncio
import itertools
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.backlog import QUEUE
from api.logs import FIELDS
from api.records import turns
from api.settings import Settings
from tests import bundles
from tests.api.apps import client_of
from tests.api.asked_batches import CSV, GOOD_CSV, HEADER, JSON, LINES, answered, batch
from tests.api.asking import Question, assert_problem, in_process
from tests.api.bad_texts import GOOD, request


@pytest.mark.parametrize(
    "content_type", [JSON, LINES, "application/jsonl", "application/x-jsonlines"]
)
def test_batch_of_json(client: TestClient, content_type: str) -> None:
    """A batch answers in the format it came in, each row as if it had come alone."""
    rows = [GOOD, request(weight="1e6"), GOOD]
    answer = in_process(client)(batch(content_type, rows))
    assert answer.headers["content-type"] == content_type
    alone = [client.post("/predict", content=row).json() for row in rows]
    found = answered(answer)
    assert len({each.pop("prediction_id") for each in found + alone}) == 6
    assert found == alone


def test_batch_of_csv(client: TestClient) -> None:
    """A CSV comes back with its own columns first, in the model's order, as they were given."""
    body = (
        b'volume,weight,price,distance,height\r\n700.0,"750", 5e1,1500,70\r\n\r\n700,0,50,1500,70'
    )
    question = Question("/predict/batch", body, headers={"content-type": CSV})
    single = client.post("/predict", content=GOOD).json()
    first, second = answered(in_process(client)(question))
    assert list(first)[:5] == ["price", "weight", "height", "distance", "volume"]
    assert [first["price"], first["volume"]] == [" 5e1", "700.0"]
    assert float(first["shipping_estimated_price"]) == single["shipping_estimated_price"]
    assert float(first["shipping_estimated_price_low"]) == single["interval"]["low"]
    assert float(first["shipping_estimated_price_high"]) == single["interval"]["high"]
    assert first["model_version"] == single["model_version"]
    assert first["warnings"] == first["error"] == ""
    assert second["warnings"].startswith("weight is outside the range")


def test_batch_of_foreign_csv() -> None:
    """In a CSV an empty field is a missing value, a label is text, and there may be no interval."""
    body = b"area,district,balance,age\n80,west,-5.5,\n80,west,-5.5,12\n80,east,-5.5,12\n"
    with client_of(bundles.rent()) as client:
        question = Question("/predict/batch", body, headers={"content-type": CSV})
        missing, given, refused = answered(in_process(client)(question))
    assert float(missing["rent"]) > 0
    assert float(given["rent"]) > 0
    assert given["rent_low"] == given["rent_high"] == ""
    assert refused["error"] == "district must be one of north, south, west."


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        (batch(JSON, []), b"[]"),
        (Question("/predict/batch", HEADER, headers={"content-type": CSV}), None),
    ],
)
def test_batch_of_nothing(client: TestClient, question: Question, rows: bytes | None) -> None:
    """No row in, no row out."""
    answer = in_process(client)(question)
    assert answered(answer) == []
    assert rows in (None, answer.body)


@pytest.mark.parametrize("content_type", [JSON, LINES, CSV])
def test_over_the_limit_of_rows(content_type: str) -> None:
    """A batch may have as many rows as the setting says, and not one more."""
    row = GOOD_CSV if content_type == CSV else GOOD
    with client_of(bundles.shipping(), max_batch_rows=120) as client:
        ask = in_process(client)
        assert len(answered(ask(batch(content_type, [row] * 120)))) == 120
        problem = assert_problem(ask(batch(content_type, [row] * 121)), 413)
        metrics = client.get("/metrics").text
    assert "more than 120 rows" in problem["detail"]
    assert 'predictions_total{kind="batch"} 120.0' in metrics  # none of those that nobody got


def test_reasons_are_not_for_batches(client: TestClient) -> None:
    """Whoever asks for them is told so, and not answered without."""
    answer = in_process(client)(Question("/predict/batch?explain=true", b"[" + GOOD + b"]"))
    assert "/predict" in assert_problem(answer, 422)["detail"]


def test_limits_of_bytes_are_settings() -> None:
    """Single predictions and batches have a limit each, kept to the byte."""
    with client_of(bundles.shipping(), max_body_bytes=256, max_batch_bytes=512) as client:
        ask = in_process(client)
        for path, limit in (("/predict", 256), ("/predict/batch", 512)):
            body = b"[]".ljust(limit)
            assert ask(Question(path, body)).status in (200, 422)
            assert_problem(ask(Question(path, body + b" ")), 413)
            assert_problem(ask(Question(path, body + b" ", chunked=True)), 413)


def test_a_batch_lets_single_predictions_pass() -> None:
    """While 10,000 rows are being answered, single predictions are answered one after another."""
    rows = Question("/predict/batch", b"[" + b",".join([GOOD] * 10_000) + b"]")
    assert asyncio.run(_singles_during(rows)) >= 100  # at least one for each hundred rows


def test_rows_that_are_hard_to_read_let_others_pass_sooner() -> None:
    """After a few milliseconds, however few they are; otherwise after a hundred."""
    rows, seconds = [None] * 250, itertools.count(step=0.003)
    assert [len(turn) for turn in turns(iter(rows), lambda: 0.0)] == [100, 100, 50]
    assert {len(turn) for turn in turns(iter(rows), lambda: next(seconds))} == {2}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b'[{"price":1},[' + b"1," * 40_000 + b"1]]"),
        (JSON, b'[{"price":1},{"a":"' + b"x" * 70_000 + b'"}]'),
        (CSV, HEADER + b"1" * 70_000 + b"\n"),
    ],
)
def test_a_row_as_large_as_a_batch_is_refused(
    client: TestClient, content_type: str, body: bytes
) -> None:
    """No row may be longer than the body of a single prediction: it would hold up the others."""
    question = Question("/predict/batch", body, headers={"content-type": content_type})
    assert_problem(in_process(client)(question), 413)


def test_a_line_as_large_as_a_batch_is_refused_on_its_own(client: TestClient) -> None:
    """In JSON lines the others are answered."""
    question = batch(LINES, [GOOD, b"[" + b"1," * 40_000 + b"1]", GOOD])
    first, second, third = answered(in_process(client)(question))
    assert second["status"] == 413
    assert first["model_version"] == third["model_version"]


def test_refused_rows_do_not_swell_the_answer(client: TestClient) -> None:
    """However many fields of a row are wrong, its problem names five of them."""
    row = b"{" + b",".join(b'"k%d":1' % number for number in range(90)) + b"}"
    (problem,) = answered(in_process(client)(batch(JSON, [row])))
    assert len(problem["errors"]) == 5


def test_batches_beyond_the_queue_are_told_to_come_back() -> None:
    """So many are taken in; the next one is refused at once, and later there is room again."""
    rows = Question("/predict/batch", b"[" + b",".join([GOOD] * 1000) + b"]")

    async def story() -> list[int | None]:
        app = create_app(Settings(), bundles.shipping().predictor())
        statuses = await asyncio.gather(*(_call(app, rows) for _ in range(QUEUE + 2)))
        return [*statuses, await _call(app, rows)]

    statuses = asyncio.run(story())
    assert (statuses[:-1].count(200), statuses[:-1].count(503)) == (QUEUE, 2)
    assert statuses[-1] == 200


def test_a_batch_whose_client_left_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    """It is not answered to the end, and logged as what it is."""
    rows = Question("/predict/batch", b"[" + b",".join([GOOD] * 5000) + b"]")
    caplog.set_level("INFO", "api.requests")
    app = create_app(Settings(), bundles.shipping().predictor())
    assert asyncio.run(_call(app, rows, leaves=True)) is None
    assert [
        getattr(each, FIELDS)["status"] for each in caplog.records if each.name == "api.requests"
    ] == [499]


async def _singles_during(rows: Question) -> int:
    app = create_app(Settings(), bundles.shipping().predictor())
    waiting = asyncio.create_task(_call(app, rows))
    answers = 0
    while not waiting.done():
        assert await _call(app, Question("/predict", GOOD)) == 200
        answers += 1
    assert waiting.result() == 200
    return answers


async def _call(app: Any, question: Question, *, leaves: bool = False) -> int | None:
    """The status of the answer, None for none; `leaves`: the client goes once it has asked."""
    statuses: list[int] = []
    asked = False
    scope = {
        "type": "http",
        "method": question.method,
        "path": question.path,
        "query_string": b"",
        "headers": [],
    }

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked and leaves:
            return {"type": "http.disconnect"}
        asked = True
        await asyncio.sleep(0)  # as a socket does, it lets others go on
        return {"type": "http.request", "body": question.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0] if statuses else None
