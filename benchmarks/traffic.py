"""Mixed traffic: plain prices, and among them whatever else is asked, rightly or wrongly.

Names, paths and queries differ with the part of the soak, so that whatever the service kept of each
would be seen to grow.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.bundled import Bundled, Product, served
from benchmarks.load import Question, request
from benchmarks.products import as_csv

PLAIN = 9
"""So many plain prices are asked for before each of the others."""
_BATCH = 3
_UNKNOWN = "no_such_field"
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
    model = served()
    return (golden(model, at, content_type) for at in range(len(model.golden)))


def golden(model: Bundled, at: int, content_type: str = "application/json") -> Question:
    """The price of one of a model's golden rows."""
    row, price = model.golden[at]
    body = _json(model.product(row))
    return Question(request("/predict", body, content_type=content_type), answered(model, price))


def answered(model: Bundled, price: float) -> str:
    """How a price stands in an answer."""
    return f"{json.dumps(model.target)}: {model.rounded(price)!r},"


def explained() -> Question:
    """A price with its reasons."""
    product, _ = _golden()[0]
    return Question(request("/predict?explain=true", _json(product)), '"contributions"')


def batch(rows: int) -> Question:
    """The prices of so many golden products."""
    products, last = _some(rows)
    return Question(_batch(_json(products)), _priced_at(last))


def _priced() -> Iterator[Question]:
    """Prices that take more than the plain way: with reasons, and with warnings."""
    product, _ = _golden()[0]
    yield explained()
    for feature in served().features:
        training, name = feature.get("training"), feature["name"]
        if training is not None and feature.get("maximum") is None:
            body = _json({**product, name: _beyond(training["maximum"])})
            yield Question(request("/predict", body), f'"field": {json.dumps(name)}')


def _batches() -> Iterator[Question]:
    """Small ones in each format, one with a row that is refused."""
    products, last = _some(_BATCH)
    lines = "\n".join(map(json.dumps, products)).encode()
    csv = as_csv(served().names, products)
    yield batch(_BATCH)
    yield Question(_batch(_json([*products, []])), "Expected an object")
    yield Question(_batch(lines, "application/x-ndjson"), _priced_at(last))
    yield Question(_batch(csv, "text/csv"), f",{served().rounded(last)!r},")
    yield Question(_batch(f"{_UNKNOWN},".encode() + csv, "text/csv"), "is not a field", 422)
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
    product = _json(_golden()[0][0])
    yield Question(request("/predict", product[:-1]), "not valid JSON", 400)
    yield Question(request("/predict", b"\xff"), "Bad Request", 400)
    yield Question(request("/predict", bytes(_TOO_LONG)), "more than 65536 bytes", 413)
    yield Question(request("/predict", product, content_type="text/plain"), "text/plain", 415)
    yield Question(b"no HTTP at all\r\n\r\n", "", 400)


def _misnamed(part: int) -> Iterator[Question]:
    """Bodies of which the fields are refused."""
    product, _ = _golden()[0]
    yield Question(request("/predict", b"[]"), "got an array", 422)
    for feature in served().features:
        name = feature["name"]
        for value in _refused(feature):
            body = _json({**product, name: value})
            yield Question(request("/predict", body), f'"field": {json.dumps(name)}', 422)
        if not feature.get("missing"):
            body = _json({key: value for key, value in product.items() if key != name})
            yield Question(request("/predict", body), "is missing", 422)
    for number in range(_BATCH):
        name = f"{_UNKNOWN}_{part}_{number}"
        yield Question(request("/predict", _json({**product, name: 1})), name, 422)


def _refused(feature: Mapping[str, Any]) -> Iterator[object]:
    """What a field cannot be: of another type, and beyond the bounds that it has."""
    yield [_UNKNOWN]
    yield _UNKNOWN
    if feature.get("minimum") is not None:
        yield -_beyond(-feature["minimum"])
    if feature.get("maximum") is not None:
        yield _beyond(feature["maximum"])


def _astray(part: int) -> Iterator[Question]:
    """Paths and queries that are nowhere known, and methods that a path does not answer."""
    product, price = _golden()[0]
    for number in range(_BATCH):
        path = f"/nowhere/{part}/{number}"
        yield Question(request(path, method="GET"), "nothing at this path", 404)
        yield Question(request(path, _json(product)), "nothing at this path", 404)
    yield Question(request(f"/predict?part={part}", _json(product)), _priced_at(price))
    for method in ("GET", "DELETE", "PROPFIND"):
        yield Question(request("/predict", method=method), "does not answer", 405)


def _batch(body: bytes, content_type: str = "application/json") -> bytes:
    return request("/predict/batch", body, content_type=content_type)


def _golden() -> list[tuple[Product, float]]:
    """Products, and the exact price of each."""
    model = served()
    return [(model.product(row), price) for row, price in model.golden]


def _some(count: int) -> tuple[list[Product], float]:
    """So many of them, and the price of the last."""
    known = _golden()
    wanted = [known[place % len(known)] for place in range(count)]
    return [product for product, _ in wanted], wanted[-1][1]


def _beyond(value: float) -> float:
    return value + abs(value) + 1


def _priced_at(price: float) -> str:
    return answered(served(), price)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
