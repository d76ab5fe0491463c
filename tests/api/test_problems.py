import json
import math
from http import HTTPStatus

import pytest

from api.problems import FieldError, Problem, named, respond, shown


def test_problem_is_a_document() -> None:
    """A problem has the members of RFC 9457, and errors only where a field is at fault."""
    assert Problem(422, "Why.").document() == {
        "type": "about:blank",
        "title": HTTPStatus.UNPROCESSABLE_ENTITY.phrase,
        "status": 422,
        "detail": "Why.",
    }
    errors = (FieldError("x", "is missing"), FieldError("y", "is odd", "0", "one", 0.0))
    assert Problem(422, "Why.", errors).document()["errors"] == [
        {"field": "x", "message": "is missing"},
        {"field": "y", "message": "is odd", "given": "0", "allowed": "one", "example": 0.0},
    ]


def test_answer() -> None:
    """A problem is answered with its status, its media type and its headers."""
    answer = respond(Problem(503, "Later.", headers={"Retry-After": "1"}))
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert json.loads(bytes(answer.body))["detail"] == "Later."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (-0.0, "-0.0"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        ("", '""'),
        ('a"\n', '"a\\"\\n"'),
        ("\ud800", '"\\ud800"'),
        ("é", '"\\u00e9"'),
        ([1, 2], "an array"),
        ({"a": 1}, "an object"),
        (object(), "an object"),
        ("a" * 60, '"' + "a" * 60 + '"'),
        ("a" * 61, '"' + "a" * 57 + '..."'),
        (10**299, "1" + "0" * 56 + "..."),
    ],
)
def test_shown(value: object, text: str) -> None:
    """A value of a request is repeated as JSON, short and on one line."""
    assert shown(value) == text


def test_named() -> None:
    """A name of a request is repeated short, in characters that can be encoded."""
    assert named("weight") == "weight"
    assert named("k" * 61) == "k" * 60
    assert named("\ud83d\ude00") == "??"
    assert named("\U0001f600") == "\U0001f600"
