"""Mixed traffic: plain prices, and among them whatever else is asked, rightly or wrongly.

Names, paths and queries differ with the part of the soak, so that whatever the service kept of each
would be seen to grow.
"""

import json
from collections.abc import Iterator, Sequence

from benchmarks.bundled import DECIMALS, GOLDEN, NAMES, TARGET
from benchmarks.load import Question, request

PLAIN = 9
"""So many plain prices are asked for before each of the others."""
_BATCH = 3
_TOO_LONG = 65_537
"""Bytes; one more than a single prediction may have."""


def mixed(part: int) -> tuple[Question, ...]:
    """What is asked in turn in a part of the soak."""
    return blended(
        (*_priced(), *_batches(), *_pages(), *_malformed(), *_misnamed(part), *_astray(part))
    )


def blended(others: Sequence[Question]) -> tuple[Question, ...]:
    """The others in turn, each after its plain prices."""
    prices = list(plain())
    return tuple(
        question
        for place, other in enumerate(others)
        for question in (*_turn(prices, place * PLAIN), other)
    )


def _turn(prices: list[Question], start: int) -> Iterator[Question]:
    return (prices[(start + step) % len(prices)] for step in range(PLAIN))


def plain(content_type: str = "application/json") -> Iterator[Question]:
    """The price of each golden product."""
    for product, price in GOLDEN:
        question = request("/predict", _json(product), content_type=content_type)
        yield Question(question, _priced_at(price))


def explained() -> Question:
    """A price with its reasons."""
    product, _ = GOLDEN[0]
    return Question(request("/predict?explain=true", _json(product)), '"contributions"')


def batch(rows: int) -> Question:
    """The prices of so many golden products."""
    wanted = [GOLDEN[row % len(GOLDEN)] for row in range(rows)]
    body = _json([product for product, _ in wanted])
    return Question(_batch(body), _priced_at(wanted[-1][1]))


def _priced() -> Iterator[Question]:
    """Prices that take more than the plain way."""
    product, _ = GOLDEN[0]
    yield explained()
    for name in NAMES:
        yield Question(request("/predict", _json({**product, name: 1e9})), f'"field": "{name}"')


def _batches() -> Iterator[Question]:
    """Small ones in each format, one with a row that is refused."""
    products = [product for product, _ in GOLDEN[:_BATCH]]
    price = _priced_at(GOLDEN[_BATCH - 1][1])
    rows = [",".join(NAMES), *(",".join(map(str, each.values())) for each in products)]
    lines = "\n".join(json.dumps(each) for each in products).encode()
    csv = "\n".join(rows).encode()
    yield batch(_BATCH)
    yield Question(_batch(_json([*products, {}])), "is missing")
    yield Question(_batch(lines, "application/x-ndjson"), price)
    yield Question(_batch(csv, "text/csv"), f",{round(GOLDEN[_BATCH - 1][1], DECIMALS)},")
    yield Question(_batch(csv[1:], "text/csv"), "the header", 422)
    yield Question(_batch(b"{}"), "a JSON array", 422)


def _pages() -> Iterator[Question]:
    """What is asked of the service itself."""
    pages = {
        "/metrics": "http_requests_total",
        "/readyz": '"ready"',
        "/livez": '"live"',
        "/model": '"golden"',
        "/openapi.json": '"/predict"',
        "/docs": "swagger",
    }
    for path, expect in pages.items():
        yield Question(request(path, method="GET"), expect)


def _malformed() -> Iterator[Question]:
    """Bodies that cannot be read, and what is no HTTP."""
    product = _json(GOLDEN[0][0])
    yield Question(request("/predict", product[:-1]), "not valid JSON", 400)
    yield Question(request("/predict", b"\xff"), "Bad Request", 400)
    yield Question(request("/predict", bytes(_TOO_LONG)), "more than 65536 bytes", 413)
    yield Question(request("/predict", product, content_type="text/plain"), "text/plain", 415)
    yield Question(b"no HTTP at all\r\n\r\n", "", 400)


def _misnamed(part: int) -> Iterator[Question]:
    """Bodies of which the fields are refused."""
    product = GOLDEN[0][0]
    yield Question(request("/predict", b"[]"), "got an array", 422)
    yield Question(request("/predict", b"{}"), "is missing", 422)
    for name in NAMES:
        yield Question(request("/predict", _json({**product, name: "many"})), "many", 422)
        yield Question(request("/predict", _json({**product, name: -1})), "at least", 422)
    for number in range(_BATCH):
        name = f"field_{part}_{number}"
        yield Question(request("/predict", _json({**product, name: 1})), name, 422)


def _astray(part: int) -> Iterator[Question]:
    """Paths and queries that are nowhere known, and methods that a path does not answer."""
    product, price = GOLDEN[0]
    for number in range(_BATCH):
        path = f"/nowhere/{part}/{number}"
        yield Question(request(path, method="GET"), "nothing at this path", 404)
        yield Question(request(path, _json(product)), "nothing at this path", 404)
    yield Question(request(f"/predict?part={part}", _json(product)), _priced_at(price))
    for method in ("GET", "DELETE", "PROPFIND"):
        yield Question(request("/predict", method=method), "does not answer", 405)


def _batch(body: bytes, content_type: str = "application/json") -> bytes:
    return request("/predict/batch", body, content_type=content_type)


def _priced_at(price: float) -> str:
    return f'"{TARGET}": {round(price, DECIMALS)},'


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
