"""Refusals: which errors become which answers, all in one place.

Any other error is a 500 without a word of its cause, see `api.observer`.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.problems import FieldError, Problem, respond, shown


def add_refusals(app: FastAPI) -> None:
    """Teach an app to answer every refusal as a problem."""

    @app.exception_handler(Problem)
    async def problem(_: Request, error: Problem) -> Response:
        return respond(error)

    @app.exception_handler(HTTPException)
    async def routing(request: Request, error: HTTPException) -> Response:
        details = {
            404: "There is nothing at this path. GET /docs lists what there is.",
            405: f"This path does not answer {request.method}.",
        }
        detail = details.get(error.status_code, "The request is refused.")
        return respond(Problem(error.status_code, detail, headers=error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def parameters(_: Request, error: RequestValidationError) -> Response:
        errors = tuple(map(_parameter, error.errors()))
        detail = "; ".join(f"{each.field} {each.message}" for each in errors)
        return respond(Problem(422, f"{detail}.", errors))


def _parameter(fault: Mapping[str, Any]) -> FieldError:
    """What is wrong with a parameter of a query, all of which are switches."""
    name, given = str(fault["loc"][-1]), shown(fault["input"])
    return FieldError(name, "must be true or false", given, "true or false", example="true")
