"""Rows that are refused in the midst of a batch whose other rows are answered."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.api.asked_batches import CSV, JSON, LINES
from tests.api.bad_texts import NOT_JSON, ROOTS, WEIGHTS, request


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row of a batch that is refused while its neighbours are answered."""

    name: str
    content_type: str
    text: bytes
    field: str | None = None
    status: int = 422


def _bad_rows() -> Iterator[BadRow]:
    for name, text in WEIGHTS.items():
        yield BadRow(f"array, weight: {name}", JSON, request(weight=text), "weight")
        yield BadRow(f"line, weight: {name}", LINES, request(weight=text), "weight")
    for name, body in ROOTS.items():
        yield BadRow(f"array, {name}", JSON, body)
        yield BadRow(f"line, {name}", LINES, body)
    for name, body in NOT_JSON.items():
        if body.strip() and b"\n" not in body and body.isascii():
            yield BadRow(f"line, {name}", LINES, body, status=400)
    for name, line in _CSV_LINES.items():
        yield BadRow(f"CSV, {name}", CSV, line, "weight")
    for line in (b"50,750,70,1500", b"50,750,70,1500,700,1", b"50", b" ", b'50,"0,75",70,1500'):
        yield BadRow(f"CSV, {line.decode()!r}", CSV, line, status=422)


_CSV_LINES = {
    "empty field": b"50,,70,1500,700",
    "empty field in quotes": b'50,"",70,1500,700',
    "all empty": b",,,,",
    "NaN": b"50,NaN,70,1500,700",
    "inf": b"50,inf,70,1500,700",
    "1e400": b"50,1e400,70,1500,700",
    "1e39": b"50,1e39,70,1500,700",
    "5,000 digits": b"50," + b"9" * 5000 + b",70,1500,700",
    "null": b"50,null,70,1500,700",
    "True": b"50,True,70,1500,700",
    "text": b"50,heavy,70,1500,700",
    "hexadecimal": b"50,0x2EE,70,1500,700",
    "underscore": b"50,7_50,70,1500,700",
    "full-width digits": "50,\uff17,70,1500,700".encode(),
    "unit": b"50,750 g,70,1500,700",
    "negative": b"50,-1,70,1500,700",
    "null byte": b"50,7\x0050,70,1500,700",
    "formula": b"50,=1+1,70,1500,700",
    "line end in quotes": b'50,"7\n50",70,1500,700',
}

BAD_ROWS = tuple(_bad_rows())
