import math
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests import bundles
from tests.api.apps import client_of
from tests.api.bad_texts import GOOD, request

ANSWER = {"shipping_estimated_price", "interval", "warnings", "model_version", "prediction_id"}
RENT = {"area": 80, "age": 12, "district": "west", "balance": -5.5}


def predict(client: TestClient, body: bytes, path: str = "/predict") -> dict[str, Any]:
    answer = client.post(path, content=body)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_answer_keeps_the_contract(client: TestClient) -> None:
    """An answer has the manifest's name for the price, and the model's own estimate in it."""
    whole = bundles.shipping()
    estimate = whole.predictor().predict([50, 750, 70, 1500, 700])
    answer = predict(client, GOOD)
    assert answer.keys() == ANSWER
    assert answer["shipping_estimated_price"] == round(estimate.price, 2)
    assert estimate.low is not None
    assert estimate.high is not None
    low, high = round(estimate.low, 2), round(estimate.high, 2)
    assert answer["interval"] == {"low": low, "high": high, "coverage": 0.9}
    assert low <= answer["shipping_estimated_price"] <= high
    assert answer["warnings"] == []
    assert answer["model_version"] == whole.manifest.version


def test_every_answer_has_its_own_id(client: TestClient) -> None:
    """The same question twice is two predictions with the same price."""
    first, second = predict(client, GOOD), predict(client, GOOD)
    assert first.pop("prediction_id") != second.pop("prediction_id")
    assert first == second


def test_order_of_the_fields_does_not_matter(client: TestClient) -> None:
    """Fields are told apart by name: the model gets them in the manifest's order."""
    turned = b'{"volume":700,"distance":1500,"height":70,"weight":750,"price":50}'
    price = predict(client, GOOD)["shipping_estimated_price"]
    assert predict(client, turned)["shipping_estimated_price"] == price


@pytest.mark.parametrize(
    ("weight", "warned"),
    [
        ("0", True),
        ("0.0", True),
        ("-0", True),
        ("-0.0", True),
        ("5e-324", True),
        ("1e-400", True),
        ("49.99", True),
        ("50", False),
        ("5e1", False),
        ("7.5E+2", False),
        ("750.0000000000000000000000000001", False),
        ("0.75e3", False),
        ("30000", False),
        ("30000.1", True),
        ("3.4028234663852886e38", True),
        ("3" + "0" * 38, True),
    ],
)
def test_every_form_of_a_number(client: TestClient, weight: str, *, warned: bool) -> None:
    """Any JSON number is read; one outside the training range is answered with a warning."""
    answer = predict(client, request(weight=weight))
    assert math.isfinite(answer["shipping_estimated_price"])
    assert [each["field"] for each in answer["warnings"]] == (["weight"] if warned else [])


def test_warning_says_what_the_range_is() -> None:
    """A warning names field, value and training range, for a machine and for a person."""
    with client_of(bundles.shipping()) as client:
        answer = predict(client, request(height="200", distance="0"))
    words = "is outside the range that the model was trained on"
    assert [each.pop("message") for each in answer["warnings"]] == [
        f"height {words} (2 to 105): the price is less certain.",
        f"distance {words} (1 to 3500): the price is less certain.",
    ]
    assert answer["warnings"] == [
        {"field": "height", "value": 200, "minimum": 2, "maximum": 105},
        {"field": "distance", "value": 0, "minimum": 1, "maximum": 3500},
    ]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xef\xbb\xbf" + GOOD, "application/json"),
        (b"\r\n\t " + GOOD + b"\n", "Application/JSON"),
        (GOOD, 'application/json; charset="UTF-8"'),
        (GOOD, "application/json;charset=us-ascii;version=1"),
        (GOOD, "application/json;"),
        (GOOD.replace(b"weight", rb"\u0077eight"), "application/json"),
    ],
)
def test_harmless_oddities(client: TestClient, body: bytes, content_type: str) -> None:
    """A byte order mark, white space, escaped keys and parameters of the type do no harm."""
    answer = client.post("/predict", content=body, headers={"content-type": content_type})
    assert answer.status_code == 200


@pytest.mark.parametrize("weight", ["0", "750", "15000", "1e9"])
def test_contributions_sum_to_the_price(client: TestClient, weight: str) -> None:
    """With reasons, baseline and contributions of all features give the price within a cent."""
    answer = predict(client, request(weight=weight), "/predict?explain=true")
    assert answer.keys() == ANSWER | {"baseline", "contributions"}
    assert list(answer["contributions"]) == ["price", "weight", "height", "distance", "volume"]
    total = answer["baseline"] + sum(answer["contributions"].values())
    assert abs(total - answer["shipping_estimated_price"]) <= 0.01


def test_no_reasons_unasked(client: TestClient) -> None:
    """Reasons are given only when they are asked for."""
    assert predict(client, GOOD, "/predict?explain=false").keys() == ANSWER


def test_foreign_model_answers_in_its_own_words() -> None:
    """Other features, a log link, no interval: names, labels and bounds are the manifest's."""
    with client_of(bundles.rent()) as client:
        answer = client.post("/predict?explain=1", json=RENT).json()
        absent = client.post("/predict", json=RENT | {"age": None}).json()
        del RENT["age"]
        left_out = client.post("/predict", json=RENT).json()
    assert answer["interval"] is None
    assert answer["warnings"] == []
    total = answer["baseline"] + sum(answer["contributions"].values())
    assert total == pytest.approx(answer["rent"], abs=0.01)
    assert absent["rent"] == left_out["rent"] > 0


@pytest.mark.parametrize(
    ("change", "name", "allowed"),
    [
        ({"district": "North"}, "district", "one of north, south, west"),
        ({"district": 0}, "district", "one of north, south, west"),
        ({"district": None}, "district", "one of north, south, west"),
        ({"district": ["north"]}, "district", "one of north, south, west"),
        ({"district": "x" * 1000}, "district", "one of north, south, west"),
        ({"area": None}, "area", "a number of at least 1 in m2"),
        ({"area": 0.5}, "area", "a number of at least 1 in m2"),
        ({"age": 501}, "age", "a number of at most 500 in years, or null"),
        ({"age": "unknown"}, "age", "a number of at most 500 in years, or null"),
        ({"balance": -1e39}, "balance", "a number, no larger than 3.4e+38"),
    ],
)
def test_foreign_model_refuses_in_its_own_words(
    change: dict[str, object], name: str, allowed: str
) -> None:
    """A refusal says what this feature accepts: its labels, its hard bounds, whether null."""
    with client_of(bundles.rent()) as client:
        answer = client.post(
            "/predict", json={"area": 80, "district": "west", "balance": 0} | change
        )
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == name
    assert error["allowed"] == allowed
    assert error["message"] == f"must be {allowed}"
    assert len(error["given"]) < 80


def test_split_interval_is_answered_whole() -> None:
    """A model without decimals gives all of them, and its interval is the price moved."""
    with client_of(bundles.quote()) as client:
        answer = client.post("/predict", json={"x": 12}).json()
    assert answer["quote"] < 0
    assert answer["interval"]["low"] == pytest.approx(answer["quote"] - 20)
    assert answer["interval"]["high"] == pytest.approx(answer["quote"] + 30)
