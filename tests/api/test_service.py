import json

import pytest
from starlette.testclient import TestClient

from api import __version__
from api.drain import Drain
from model.manifest import decode
from tests import bundles
from tests.api.apps import client_of
from tests.api.asking import Question, assert_problem, in_process


def test_name(client: TestClient) -> None:
    """The root answers the service's title and version, as the original service did."""
    answer = client.get("/")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"Shipping Price Estimator": __version__}


def test_card(client: TestClient) -> None:
    """The model card is the manifest itself, and what answers by it."""
    answer = client.get("/model")
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document.pop("engine") == bundles.shipping().predictor().engine.name
    assert decode(json.dumps(document).encode()) == bundles.shipping().manifest


def test_live(client: TestClient) -> None:
    """The process says that it is alive."""
    assert client.get("/livez").json() == {"status": "live"}


def test_ready(client: TestClient) -> None:
    """A server that answers its golden rows right is ready, and says with which model."""
    answer = client.get("/readyz")
    assert answer.status_code == 200
    version = bundles.shipping().manifest.version
    assert answer.json() == {"status": "ready", "model_version": version}


def test_not_ready_with_a_wrong_model() -> None:
    """A model that gives other golden answers is not ready, though the process is alive."""
    with client_of(bundles.spoiled(bundles.shipping())) as client:
        problem = assert_problem(in_process(client)(Question("/readyz", method="GET")), 503)
        assert "golden row" in problem["detail"]
        assert client.get("/livez").status_code == 200


def test_not_ready_while_draining() -> None:
    """A server that was told to stop is not ready, but answers everything else."""
    drain = Drain(period=60)
    with client_of(bundles.shipping(), drain) as client:
        assert client.get("/readyz").status_code == 200
        drain.begin()
        assert_problem(in_process(client)(Question("/readyz", method="GET")), 503)
        assert client.get("/livez").status_code == 200
        assert client.post("/predict", json=_EXAMPLE).status_code == 200


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=abc;escaping", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "application/openmetrics-text;version=1.0.0",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
        (
            "application/openmetrics-text;version=abc,text/plain;q=x",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
    ],
)
def test_metrics_in_both_formats(client: TestClient, accept: str, content_type: str) -> None:
    """Prometheus gets the format that it asks for; a malformed wish gets one of them too."""
    answer = client.get("/metrics", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert answer.text.endswith("# EOF\n") is content_type.startswith("application/openmetrics")
    version = bundles.shipping().manifest.version
    assert f'model_info{{version="{version}"}} 1.0' in answer.text


def test_metrics_count_what_was_answered() -> None:
    """Requests, prices, refused rows and values out of range are counted, each where it belongs."""
    with client_of(bundles.shipping()) as client:
        client.post("/predict", json=_EXAMPLE | {"weight": 1e6})
        client.post("/predict", json={})
        client.post("/predict/batch", json=[_EXAMPLE, {}, _EXAMPLE | {"weight": 0, "height": 0}])
        client.get("/no/such/path")
        client.request("BREW", "/livez")
        lines = client.get("/metrics").text.splitlines()
    assert {
        'http_requests_total{method="POST",route="/predict",status="200"} 1.0',
        'http_requests_total{method="POST",route="/predict",status="422"} 1.0',
        'http_requests_total{method="POST",route="/predict/batch",status="200"} 1.0',
        'http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'http_requests_total{method="other",route="/livez",status="405"} 1.0',
        'http_request_duration_seconds_count{route="/predict"} 2.0',
        "http_requests_in_flight 1.0",
        'predictions_total{kind="single"} 1.0',
        'predictions_total{kind="batch"} 2.0',
        "refused_rows_total 1.0",
        'out_of_range_total{feature="weight"} 2.0',
        'out_of_range_total{feature="height"} 1.0',
    } <= set(lines)


_EXAMPLE: dict[str, float] = {
    "price": 50,
    "weight": 750,
    "height": 70,
    "distance": 1500,
    "volume": 700,
}
