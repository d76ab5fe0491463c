"""Asking and checking the answer: the same in process and over a socket."""

import http.client
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.testclient import TestClient

_INSIDE = re.compile(
    r"traceback|\.py\b|/(work|home|root|usr|tmp|opt|app)/|site-packages|errors\.pydantic"
    r"|pydantic|xgboost|numpy|starlette|fastapi|uvicorn|msgspec|json\.decoder|Exception",
    re.IGNORECASE,
)
"""What no answer may tell: paths, traces, the names of libraries."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers by lower-case name, and the bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> Any:
        """The body as JSON, by a reader that takes no NaN, no lone surrogate and no overflow."""
        return msgspec.json.decode(self.body)


@dataclass(frozen=True, slots=True)
class Question:
    """A request; `chunked` sends its body without saying how long it is."""

    path: str
    body: bytes = b""
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    chunked: bool = False


Ask = Callable[[Question], Answer]


def in_process(client: TestClient) -> Ask:
    """Ask an app without a socket."""

    def ask(question: Question) -> Answer:
        content = _pieces(question.body) if question.chunked else question.body
        headers = dict(question.headers)
        answer = client.request(question.method, question.path, content=content, headers=headers)
        return Answer(answer.status_code, dict(answer.headers), answer.content)

    return ask


def over_http(port: int) -> Ask:
    """Ask a server on this machine, each time on a new connection."""

    def ask(question: Question) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            return ask_on(connection, question)
        finally:
            connection.close()

    return ask


def ask_on(connection: http.client.HTTPConnection, question: Question) -> Answer:
    """Ask on a connection that may have been used before and may be used again."""
    body = _pieces(question.body) if question.chunked else question.body
    headers = dict(question.headers)
    with suppress(ConnectionError):  # an answer may come, and the end, before all is sent
        connection.request(
            question.method, question.path, body, headers, encode_chunked=question.chunked
        )
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, headers, answer.read())


def assert_problem(answer: Answer, status: int, name: str | None = None) -> dict[str, Any]:
    """The problem in an answer: of this status, well-formed, naming a field, telling no secret."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    document: dict[str, Any] = answer.document()
    assert_well_formed(document, status, name)
    return document


def assert_well_formed(document: dict[str, Any], status: int, name: str | None = None) -> None:
    """A problem document as RFC 9457 describes it, short, naming the field if there is one."""
    text = msgspec.json.encode(document).decode()
    assert document["type"] == "about:blank"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert not _INSIDE.search(text), text
    assert len(text) < 20_000
    if name is not None:
        assert name in [error["field"] for error in document["errors"]], text
        assert name in document["detail"]


def _pieces(body: bytes) -> Iterable[bytes]:
    return (body[start : start + 8192] for start in range(0, len(body), 8192))
