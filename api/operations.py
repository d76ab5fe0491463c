"""What OpenAPI says of the two routes with prices, made from the manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.batches import Format
from api.schema import (
    TEXT,
    answer_schema,
    array_of,
    explained_schema,
    problem_responses,
    problem_schema,
    request_schema,
)
from model import Manifest

Description = dict[str, Any]
"""Arguments of `add_api_route`."""

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Example:
    """A request and the model's answer to it."""

    request: dict[str, Any]
    answer: dict[str, Any]


def describe_single(manifest: Manifest, example: Example) -> Description:
    """The route for one price."""
    asked = {_JSON: {"schema": request_schema(manifest), "example": example.request}}
    answered = {_JSON: {"schema": explained_schema(manifest), "example": example.answer}}
    return {
        "responses": {
            200: {"description": "The price.", "content": answered},
            **problem_responses(400, 408, 413, 415, 422, 503),
        },
        "openapi_extra": _body(asked),
    }


def describe_batch(
    manifest: Manifest, example: Example, formats: Mapping[str, Format]
) -> Description:
    """The route for many, in each of the formats, by content type."""
    either = array_of({"anyOf": [answer_schema(manifest), problem_schema()]})
    rows = array_of(request_schema(manifest))
    asked = {
        name: {"schema": rows if name == _JSON else TEXT, "example": form.example(example.request)}
        for name, form in formats.items()
    }
    answered: dict[str, dict[str, Any]] = {
        **{name: {"schema": TEXT} for name in formats},
        _JSON: {"schema": either, "example": [example.answer]},
    }
    return {
        "responses": {
            200: {
                "description": "An answer or a problem for each row, in the format that was sent.",
                "content": answered,
            },
            **problem_responses(400, 408, 413, 415, 422, 503),
        },
        "openapi_extra": _body(asked),
    }


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}
