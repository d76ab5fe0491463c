"""Batches for tests: bodies in each format, and the rows of the answers to them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import msgspec

from tests.api.asking import Answer, Question

JSON = "application/json"
LINES = "application/x-ndjson"
CSV = "text/csv"
HEADER = b"price,weight,height,distance,volume\n"
GOOD_CSV = b"50,750,70,1500,700"


def batch(content_type: str, rows: Sequence[bytes]) -> Question:
    """A request with these rows: JSON texts, or lines of CSV without the header."""
    if content_type == JSON:
        body = b"[" + b",".join(rows) + b"]"
    elif content_type == CSV:
        body = HEADER + b"\n".join(rows) + b"\n"
    else:
        body = b"\n".join(rows)
    return Question("/predict/batch", body, headers={"content-type": content_type})


def answered(answer: Answer) -> list[dict[str, Any]]:
    """The answers to the rows of a batch, in any format; CSV gives text."""
    assert answer.status == 200, answer.body
    content_type = answer.headers["content-type"].partition(";")[0]
    if content_type == JSON:
        rows: list[dict[str, Any]] = answer.document()
        return rows
    if content_type == CSV:
        return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    return [msgspec.json.decode(line) for line in answer.body.splitlines()]
