"""Problems: every answer that is not a success, as RFC 9457 describes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: what was given, what is allowed, and an example."""

    field: str
    message: str
    given: str | None = None
    allowed: str | None = None
    example: float | str | None = None

    def document(self) -> dict[str, Any]:
        """The error as JSON, without what is not known."""
        members = ("field", "message", "given", "allowed", "example")
        return {name: value for name in members if (value := getattr(self, name)) is not None}


@dataclass(eq=False)
class Problem(Exception):
    """A request that is refused, and why: raised anywhere below a route."""

    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The problem as JSON, of which the size is bounded."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [error.document() for error in self.errors]
        return document


def busy() -> Problem:
    """The problem with a request that would wait too long."""
    detail = "More is asked than can be answered in time. Try again in a moment."
    return Problem(503, detail, headers={"Retry-After": "1"})


def respond(problem: Problem) -> Response:
    """The HTTP answer for a problem."""
    return Response(
        json.dumps(problem.document()),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )


def named(name: str) -> str:
    """A name from a request, short and without the lone surrogates that many readers refuse."""
    return name[:60].encode("utf-8", "replace").decode()


def shown(value: object) -> str:
    """A value from a request, short and harmless enough to be repeated to its sender."""
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 60 else value[:57] + "...")
    if value is None or isinstance(value, int | float):
        number = json.dumps(value)
        return number if len(number) <= 60 else number[:57] + "..."
    return "an object"
