import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.schema import request_example
from tests import bundles
from tests.api.apps import client_of
from tests.api.asked_batches import answered
from tests.api.asking import Question, in_process
from tests.bundles import Bundle

BUNDLES = [bundles.shipping(), bundles.rent(), bundles.quote()]


def schema_of(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def body_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    content: dict[str, Any] = document["paths"][path]["post"]["requestBody"]["content"]
    return content


def encoded(example: object) -> bytes:
    return example.encode() if isinstance(example, str) else json.dumps(example).encode()


def of(content_type: str) -> dict[str, str]:
    return {"content-type": content_type}


def test_features_come_from_the_manifest(client: TestClient) -> None:
    """Every feature stands in the schema with its unit, its bounds, its range and an example."""
    schema = body_of(schema_of(client), "/predict")["application/json"]["schema"]
    assert schema["required"] == ["price", "weight", "height", "distance", "volume"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["weight"] == {
        "description": "The weight, in g. Trained on 50 to 30000: beyond, a warning is given.",
        "title": "weight: a number of at least 0 in g",
        "type": "number",
        "minimum": 0,
        "maximum": 3.4028234663852886e38,
        "examples": [750],
    }


def test_foreign_features_come_from_their_manifest() -> None:
    """Labels, hard bounds and what may be missing are in the schema of a foreign model."""
    with client_of(bundles.rent()) as client:
        document = schema_of(client)
    schema = body_of(document, "/predict")["application/json"]["schema"]
    assert schema["required"] == ["area", "district", "balance"]
    assert schema["properties"]["district"]["enum"] == ["north", "south", "west"]
    assert schema["properties"]["age"]["type"] == ["number", "null"]
    assert schema["properties"]["age"]["maximum"] == 500
    assert schema["properties"]["age"]["description"] == "In years."
    answer = document["paths"]["/predict"]["post"]["responses"]["200"]["content"]
    properties = answer["application/json"]["schema"]["properties"]
    assert properties["interval"] == {"type": "null"}
    assert properties["rent"] == {"type": "number", "description": "In EUR."}
    assert list(properties["contributions"]["properties"]) == ["area", "age", "district", "balance"]
    assert "no calibrated interval" in document["info"]["description"]


def test_a_category_that_may_be_missing_may_be_null() -> None:
    """A label is optional in the schema where the manifest says so."""
    rent = bundles.optional(bundles.rent(), "district")
    with client_of(rent) as client:
        schema = body_of(schema_of(client), "/predict")["application/json"]["schema"]
        answer = client.post("/predict", json={"area": 1, "balance": 1, "district": None})
    assert schema["properties"]["district"]["enum"] == ["north", "south", "west", None]
    assert answer.status_code == 200


@pytest.mark.parametrize("bundle", BUNDLES, ids=["shipping", "rent", "quote"])
def test_examples_are_answered(bundle: Bundle) -> None:
    """The examples of the schema can be sent as they are, also where a manifest gives none."""
    with client_of(bundle) as client:
        document = schema_of(client)
        ask = in_process(client)
        single = body_of(document, "/predict")["application/json"]["example"]
        answer = ask(Question("/predict", encoded(single)))
        batches = [
            answered(ask(Question("/predict/batch", encoded(content["example"]), headers=of(kind))))
            for kind, content in body_of(document, "/predict/batch").items()
        ]
    assert single == request_example(bundle.manifest)
    assert answer.status == 200
    assert answer.document()["warnings"] == []
    assert len(batches) == 5
    for (row,) in batches:
        assert (
            float(row[bundle.manifest.target.name])
            == answer.document()[bundle.manifest.target.name]
        )


@pytest.mark.parametrize(
    ("bounds", "example"),
    [
        ({"minimum": 3.0}, {"x": 3.0}),
        ({"maximum": 9.0}, {"x": 9.0}),
        ({}, {"x": 1.0}),
        ({"categories": ("a", "b")}, {"x": "a"}),
        ({"missing": True}, {}),
    ],
)
def test_example_where_the_manifest_gives_none(
    bounds: dict[str, Any], example: dict[str, object]
) -> None:
    """Where a feature has no example, one is made that keeps its bounds and labels."""
    bare = bundles.with_feature(bundles.quote(), training=None, **bounds)
    assert request_example(bare.manifest) == example


def test_formats_of_a_batch_are_described(client: TestClient) -> None:
    """The schema names every format that a batch may have."""
    kinds = {"application/json", "application/x-ndjson", "application/jsonl", "text/csv"}
    operation = schema_of(client)["paths"]["/predict/batch"]["post"]
    assert kinds <= operation["requestBody"]["content"].keys()
    assert kinds <= operation["responses"]["200"]["content"].keys()


def test_keys_are_described_only_where_they_are_asked_for(client: TestClient) -> None:
    """The schema says which routes want a key, and none where the service is open."""
    assert "securitySchemes" not in schema_of(client).get("components", {})
    with client_of(bundles.shipping(), api_keys="0" * 64) as guarded:
        document = schema_of(guarded)
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["in"], scheme["name"]) == ("header", "X-API-Key")
    secured = {path for path, item in document["paths"].items() if "security" in str(item)}
    assert secured == {"/predict", "/predict/batch", "/model"}
