"""Bad inputs, each with the answer that it must get.

`python -m tests.api.bad_inputs` prints how many there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.api.asked_batches import CSV, HEADER, JSON, LINES
from tests.api.asking import Question
from tests.api.bad_rows import BAD_ROWS
from tests.api.bad_texts import GOOD, NOT_JSON, ROOTS, UNKNOWN, VALUES, WEIGHTS, request


@dataclass(frozen=True, slots=True)
class BadInput:
    """A request that is refused: with which status and, if one is at fault, naming which field."""

    name: str
    body: bytes
    status: int
    field: str | None = None
    path: str = "/predict"
    method: str = "POST"
    content_type: str | None = JSON
    chunked: bool = False

    def question(self) -> Question:
        """The request itself."""
        headers = {} if self.content_type is None else {"content-type": self.content_type}
        return Question(self.path, self.body, self.method, headers, self.chunked)


def _bad_fields() -> Iterator[BadInput]:
    for name, text in WEIGHTS.items():
        yield BadInput(f"weight: {name}", request(weight=text), 422, "weight")
    for name in VALUES:
        kept = (f'"{other}": {text}' for other, text in VALUES.items() if other != name)
        yield BadInput(f"missing {name}", ("{" + ",".join(kept) + "}").encode(), 422, name)
        twice = GOOD[:-1] + f', "{name}": 1'.encode() + b"}"
        yield BadInput(f"{name} twice", twice, 422, name)
    escaped = GOOD[:-1] + rb', "\u0077eight": 750}'
    yield BadInput("weight twice, once escaped", escaped, 422, "weight")
    yield BadInput("no field", b"{}", 422, "volume")
    for name, key in UNKNOWN.items():
        body = GOOD[:-1] + f", {key}: 1".encode() + b"}"
        shown = None if name not in ("unknown", "upper case", "__proto__") else key.strip('"')
        yield BadInput(f"unknown field: {name}", body, 422, shown)


def _bad_requests() -> Iterator[BadInput]:
    limit = 65_536
    exact = GOOD[:-1] + b" " * (limit + 1 - len(GOOD)) + b"}"
    yield BadInput("one byte over the limit", exact, 413)
    yield BadInput("far over the limit", b"[" * 100_000, 413)
    yield BadInput("one byte over the limit, in chunks", exact, 413, chunked=True)
    yield BadInput("far over the limit, in chunks", b"[" * 1_000_000, 413, chunked=True)
    yield BadInput("empty, in chunks", b"", 400, chunked=True)
    for kind in (
        *("text/plain", "text/csv", "text/json", "application/xml", "application/jsonl", "json"),
        *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "*/*", ""),
        *("application/problem+json", "application/json, text/plain", "application/x-pickle"),
        *("application/json; charset=latin-1", 'application/json; charset="UTF-16"', "a" * 5000),
    ):
        yield BadInput(f"content type {kind[:50]!r}", GOOD, 415, content_type=kind)
    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
        yield BadInput(f"method {method}", GOOD, 405, method=method)
    for path in ("/predict/", "/Predict", "/predict/explain", "/prices", "/%00", "/..%2fpredict"):
        yield BadInput(f"path {path}", GOOD, 404, path=path)
    for text in ("maybe", "", "2", "%ED%A0%80", "NaN", "a" * 2000):
        path = f"/predict?explain={text}"
        yield BadInput(f"explain={text[:20]}", GOOD, 422, "explain", path=path)


_Refusals = dict[str, tuple[bytes, int, str | None]]
"""By name: the body of a batch that is refused as a whole, the status, the field at fault."""

_ARRAYS: _Refusals = {
    "empty": (b"", 400, None),
    "spaces": (b"  \n", 400, None),
    "object": (GOOD, 422, None),
    "null": (b"null", 422, None),
    "text": (b'"[]"', 422, None),
    "words": (b"rows", 422, None),
    "two objects": (GOOD + b"," + GOOD, 422, None),
    "open": (b"[", 400, None),
    "open after a row": (b"[" + GOOD, 400, None),
    "open after a comma": (b"[" + GOOD + b",", 400, None),
    "comma first": (b"[," + GOOD + b"]", 400, None),
    "comma last": (b"[" + GOOD + b",]", 400, None),
    "no comma": (b"[" + GOOD + GOOD + b"]", 400, None),
    "closed twice": (b"[" + GOOD + b"]]", 400, None),
    "closed by a brace": (b"[" + GOOD + b"}", 400, None),
    "garbage after": (b"[" + GOOD + b"]x", 400, None),
    "null byte after": (b"[" + GOOD + b"]\0", 400, None),
    "broken row": (b"[" + GOOD + b',{"price":}]', 400, None),
    "comment": (b"[/**/" + GOOD + b"]", 400, None),
    "no-break space": (b"[\xc2\xa0" + GOOD + b"]", 400, None),
    "not UTF-8": (b'["\xff"]', 400, None),
    "UTF-16": (b"[]".decode().encode("utf-16"), 400, None),
    "100,000 deep": (b"[" * 100_000, 400, None),
    "closed, 100,000 deep": (b"[" * 100_000 + b"]" * 100_000, 400, None),
    "objects 100,000 deep": (b"[" + b'{"":' * 100_000, 400, None),
    "too many rows": (b"[" + b",".join([b"0"] * 10_001) + b"]", 413, None),
    "too many bytes": (b" " * 16_777_217, 413, None),
}

_LINES: _Refusals = {
    "no line": (b"", 400, None),
    "empty lines": (b"\n\n\r\n", 400, None),
    "lines not UTF-8": (GOOD + b"\n\xff\n", 400, None),
    "lines in UTF-16": ((GOOD + b"\n").decode().encode("utf-16"), 400, None),
    "too many lines": (b"0\n" * 10_001, 413, None),
}

_CSV: _Refusals = {
    "no header": (b"", 400, None),
    "CSV not UTF-8": (HEADER + b"50,750,70,1500,\xff\n", 400, None),
    "column missing": (b"price,weight,height,distance\n50,750,70,1500\n", 422, "volume"),
    "column unknown": (b"colour," + HEADER + b"red,50,750,70,1500,700\n", 422, "colour"),
    "column twice": (b"weight," + HEADER + b"1,50,750,70,1500,700\n", 422, "weight"),
    "column unknown twice": (b"a,a," + HEADER, 422, "a"),
    "column in upper case": (HEADER.upper(), 422, "PRICE"),
    "column of the data": (b"freight_value," + HEADER, 422, "freight_value"),
    "column with a null byte": (b"\0," + HEADER, 422, None),
    "column without a name": (b"," + HEADER, 422, None),
    "column with a long name": (b"c" * 60_000 + b"," + HEADER, 422, None),
    "no header, but rows": (b"50,750,70,1500,700\n", 422, "1500"),
    "empty line first": (b"\n" + HEADER + b"50,750,70,1500,700\n", 422, "price"),
    "semicolons": (HEADER.replace(b",", b";"), 422, "volume"),
    "tabs": (HEADER.replace(b",", b"\t"), 422, "volume"),
    "header of 100,000 columns": (b"x," * 100_000 + HEADER, 413, None),
    "JSON as CSV": (b"[" + GOOD + b"]", 422, "weight"),
    "quote open in the header": (b'"price,weight\n', 400, None),
    "quote open": (HEADER + b'"50,750,70,1500,700\n', 400, None),
    "text after a quote": (HEADER + b'"50"x,750,70,1500,700\n', 400, None),
    "field beyond measure": (HEADER + b"9" * 200_000 + b",750,70,1500,700\n", 413, None),
    "too many lines of CSV": (HEADER + b"0\n" * 10_001, 413, None),
}


def _all() -> Iterator[BadInput]:
    yield from (BadInput(f"not JSON: {name}", body, 400) for name, body in NOT_JSON.items())
    yield from (BadInput(name, body, 422) for name, body in ROOTS.items())
    yield from _bad_fields()
    yield from _bad_requests()
    for kind, bodies in ((JSON, _ARRAYS), (LINES, _LINES), (CSV, _CSV)):
        for name, (body, status, field) in bodies.items():
            yield BadInput(f"batch, {name}", body, status, field, "/predict/batch", "POST", kind)
    for kind in (
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "text/csv; charset=cp1252",
    ):
        yield BadInput(f"batch as {kind}", GOOD, 415, path="/predict/batch", content_type=kind)
    yield BadInput("batch by GET", b"", 405, path="/predict/batch", method="GET")


BAD_INPUTS = tuple(_all())

if __name__ == "__main__":
    print(len(BAD_INPUTS), "bad requests,", len(BAD_ROWS), "bad rows of batches")
