import asyncio
import json
import logging
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.drain import Drain
from api.logs import FIELDS
from api.metrics import Metrics
from api.observer import Observer
from tests.api.asking import Answer, assert_problem
from tests.api.bad_texts import GOOD


def failing(error: Exception, *, late: bool = False) -> ASGIApp:
    """An app that fails, at once or when its answer has begun."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        if late:
            await send(start())
        raise error

    return app


def start() -> Message:
    return {"type": "http.response.start", "status": 200, "headers": []}


def observed(app: ASGIApp, metrics: Metrics | None = None) -> list[Message]:
    """What an app sends in answer to one request, through an observer whose clock stands."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    observer = Observer(app, metrics or Metrics("v"), Drain(0), clock=lambda: 1.0)
    scope = {"type": "http", "method": "GET", "path": "/p", "headers": [(b"x-request-id", b"mine")]}
    asyncio.run(observer(scope, receive, send))
    return sent


def fields_of(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [getattr(record, FIELDS) for record in caplog.records if record.name == "api.requests"]


def test_one_line_a_request(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """A request leaves one line with its id, route, status, duration and client."""
    with caplog.at_level(logging.INFO):
        client.post("/predict?explain=true", content=GOOD, headers={"x-request-id": "mine"})
    (fields,) = fields_of(caplog)
    assert fields.pop("duration_ms") > 0
    assert fields == {
        "request_id": "mine",
        "method": "POST",
        "path": "/predict",
        "route": "/predict",
        "status": 200,
        "client": "testclient",
    }


def test_no_value_of_a_request_is_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """What was asked and what was answered is not in the logs, whether accepted or refused."""
    odd = GOOD.replace(b"750", b"123454321")
    with caplog.at_level(logging.INFO):
        client.post("/predict", content=odd)
        client.post("/predict", content=odd.replace(b"123454321", b'"123454321"'))
        client.post("/predict/batch", content=b"[" + odd + b"]")
        client.post("/predict?colour=123454321", content=b"123454321")
    assert len(fields_of(caplog)) == 4
    ours = [vars(record) for record in caplog.records if not record.name.startswith("http")]
    assert "123454321" not in repr(ours)


def test_failure_is_answered_without_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever breaks becomes a 500 problem with the request's id; the trace is only logged."""
    metrics = Metrics("v")
    with caplog.at_level(logging.INFO):
        head, body = observed(failing(RuntimeError("/secret/path.py")), metrics)
    headers = {name.decode(): value.decode() for name, value in head["headers"]}
    problem = assert_problem(Answer(head["status"], headers, body["body"]), 500)
    assert "mine" in problem["detail"]
    assert headers["x-request-id"] == "mine"
    assert b"secret" not in body["body"]
    failed, request = (r for r in caplog.records if r.name == "api.requests")
    assert failed.exc_info is not None
    assert "secret" in str(failed.exc_info[1])
    assert getattr(failed, FIELDS) == {"request_id": "mine"}
    assert getattr(request, FIELDS)["status"] == 500
    counted = 'http_requests_total{method="GET",route="unmatched",status="500"} 1.0'
    assert counted in metrics.exposition("")[0].decode()


def test_failure_in_the_midst_of_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    """Once an answer has begun nothing is put on top of it; the failure is logged."""
    sent = observed(failing(RuntimeError(), late=True))
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert any(record.exc_info for record in caplog.records)


def test_client_that_went_away(caplog: pytest.LogCaptureFixture) -> None:
    """A client that leaves before its body is whole is no failure: 499 in the log, no answer."""
    with caplog.at_level(logging.INFO):
        assert observed(failing(ClientDisconnect())) == []
    assert [fields["status"] for fields in fields_of(caplog)] == [499]
    assert not any(record.exc_info for record in caplog.records)


def test_requests_in_flight_go_back_to_none() -> None:
    """The number of requests in flight is right again after one that failed."""
    metrics = Metrics("v")
    observed(failing(RuntimeError()), metrics)
    assert b"http_requests_in_flight 0.0" in metrics.exposition("")[0]


def test_every_answer_says_not_to_guess_its_type(client: TestClient) -> None:
    """Browsers are told to take the content type as it is."""
    for path in ("/", "/docs", "/nothing"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/readyz", 200), ("/nothing", 404), ("/predict", 405)]
)
def test_head_is_get_without_a_body(client: TestClient, path: str, status: int) -> None:
    """Those who watch a service from outside often ask so; the headers are those of GET."""
    head, get = client.head(path), client.get(path)
    assert (head.status_code, get.status_code) == (status, status)
    assert head.content == b""
    volatile = {"x-request-id"}
    assert {n: v for n, v in head.headers.items() if n not in volatile} == {
        n: v for n, v in get.headers.items() if n not in volatile
    }


def test_connections_are_closed_while_draining() -> None:
    """While draining, answers ask the client to come back on another connection, elsewhere."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(start())
        await send({"type": "http.response.body"})

    drain = Drain(60)
    client = TestClient(Observer(app, Metrics("v"), drain))
    assert "connection" not in client.get("/").headers
    drain.begin()
    assert client.get("/").headers["connection"] == "close"


def test_what_is_no_request_passes() -> None:
    """The lifespan goes through untouched."""
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any:
        raise AssertionError

    asyncio.run(Observer(app, Metrics("v"), Drain(0))({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]


def test_hostile_path_is_one_line(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """Line ends in a path do not make lines in the log."""
    with caplog.at_level(logging.INFO):
        client.get("/a%0d%0a%7b%22level%22:%22error%22%7d")
    (fields,) = fields_of(caplog)
    assert "\n" not in json.dumps(fields)
    assert fields["route"] == "unmatched"
