import json
import sys
from pathlib import Path
from typing import Any

import pytest
from mangum import Mangum

from api.settings import SettingsError
from model import Predictor, load
from tests import bundles
from tests.api.bad_texts import GOOD
from tests.handler.conftest import Make
from tests.handler.events import EVENTS, Event, MakeEvent, balancer_multi, encoded, http, rest

BODY = GOOD.decode()
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "events"
JSON = {"Content-Type": "application/json"}


def asked(handler: Mangum, event: Event) -> dict[str, Any]:
    """What a function answers; it must be JSON, for so it is sent."""
    answer: dict[str, Any] = json.loads(json.dumps(handler(event, None)))  # type: ignore[arg-type]  # the context is not read
    return answer


def header(answer: dict[str, Any], name: str) -> str:
    headers = answer.get("headers") or {k: v[0] for k, v in answer["multiValueHeaders"].items()}
    value: str = {key.lower(): value for key, value in headers.items()}[name]
    return value


@pytest.fixture(params=EVENTS, ids=lambda event: event.__name__)
def event(request: pytest.FixtureRequest) -> MakeEvent:
    made: MakeEvent = request.param
    return made


def test_price(handler: Mangum, event: MakeEvent) -> None:
    """Whatever stands before the function, a request for a price is answered with it."""
    estimate = bundles.shipping().predictor().predict([50, 750, 70, 1500, 700])
    answer = asked(handler, event("POST", "/predict", BODY, JSON))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert header(answer, "content-type") == "application/json"
    assert json.loads(answer["body"])["shipping_estimated_price"] == round(estimate.price, 2)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_examples(handler: Mangum, path: Path) -> None:
    """The events in examples/ are read, whatever model they ask."""
    estimate = bundles.shipping().predictor().predict([50, 750, 70, 1500, 700])
    event = json.loads(path.read_bytes()) | {"body": BODY, "isBase64Encoded": False}
    answer = asked(handler, event)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["shipping_estimated_price"] == round(estimate.price, 2)


def test_query_is_read(handler: Mangum, event: MakeEvent) -> None:
    """The query comes through, and with it the reasons."""
    answer = asked(handler, event("POST", "/predict?explain=true", BODY, JSON))
    assert len(json.loads(answer["body"])["contributions"]) == 5


def test_problem_is_text(handler: Mangum, event: MakeEvent) -> None:
    """A refusal comes back as it is, not in base64."""
    answer = asked(handler, event("POST", "/predict", '{"price": -1}', JSON))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (422, False)
    assert header(answer, "content-type") == "application/problem+json"
    assert json.loads(answer["body"])["errors"][0]["field"] == "price"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", f"[{BODY}]"),
        ("application/x-ndjson", BODY),
        ("application/jsonl", BODY),
        ("application/x-jsonlines", BODY),
        ("text/csv", "price,weight,height,distance,volume\n50,750,70,1500,700\n"),
    ],
)
def test_batch_is_text(handler: Mangum, event: MakeEvent, content_type: str, body: str) -> None:
    """Batches come back in their format as they are, not in base64."""
    answer = asked(handler, event("POST", "/predict/batch", body, {"content-type": content_type}))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert header(answer, "content-type").startswith(content_type)
    assert "prediction_id" in answer["body"]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/livez", "/readyz", "/metrics", "/model", "/docs", "/openapi.json"),
        *("/docs/static/swagger-ui.css", "/docs/static/swagger-ui-bundle.js"),
    ],
)
def test_other_routes_are_text(handler: Mangum, event: MakeEvent, path: str) -> None:
    """Every other route answers too, as text."""
    answer = asked(handler, event("GET", path))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)


def test_both_formats_of_the_metrics_are_text(handler: Mangum, event: MakeEvent) -> None:
    """Numbers in the format that Prometheus prefers are text as well."""
    accept = {"accept": "application/openmetrics-text; version=1.0.0"}
    answer = asked(handler, event("GET", "/metrics", headers=accept))
    assert answer["body"].endswith("# EOF\n")
    assert not answer["isBase64Encoded"]


def test_what_is_no_text_is_encoded(handler: Mangum, event: MakeEvent) -> None:
    """A picture goes in base64, as it must."""
    answer = asked(handler, event("GET", "/docs/static/favicon.png"))
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)


def test_encoded_body_is_understood(handler: Mangum, event: MakeEvent) -> None:
    """A body that comes in base64 is read like any other, with its characters beyond ASCII."""
    made = event("POST", "/predict", BODY[:-1] + ', "größe": 1}', JSON)
    made = made if made["isBase64Encoded"] else encoded(made)
    answer = asked(handler, made)
    assert json.loads(answer["body"])["errors"][0]["field"] == "größe"


def test_wrong_method_and_path(handler: Mangum, event: MakeEvent) -> None:
    """The same refusals as over HTTP, with their headers."""
    answer = asked(handler, event("GET", "/predict"))
    assert (answer["statusCode"], header(answer, "allow")) == (405, "POST")
    assert asked(handler, event("GET", "/nothing"))["statusCode"] == 404
    assert asked(handler, event("POST", "/predict", "x" * 70_000, JSON))["statusCode"] == 413


def test_multi_value_headers_come_back(handler: Mangum) -> None:
    """A balancer that sends lists of values gets lists."""
    answer = asked(handler, balancer_multi("GET", "/livez", headers={"x-request-id": "mine"}))
    assert answer["multiValueHeaders"]["x-request-id"] == ["mine"]
    assert "headers" not in answer


def test_health_check_of_a_balancer(handler: Mangum) -> None:
    """A balancer's health check has no address and no headers to speak of."""
    event = balancer_multi("GET", "/readyz")
    event["multiValueHeaders"] = {"user-agent": ["ELB-HealthChecker/2.0"]}
    assert asked(handler, event)["statusCode"] == 200


def test_trace_id_is_the_request_id(handler: Mangum) -> None:
    """The id of the trace that AWS began is the id of the request."""
    answer = asked(handler, http("GET", "/livez", headers={"X-Amzn-Trace-Id": "Root=1-67-89"}))
    assert header(answer, "x-request-id") == "1-67-89"


def test_model_is_loaded_once_and_nothing_starts_again(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is loaded before the first event and then never; no event begins a lifespan."""
    loads: list[Path] = []
    scopes: list[str] = []

    def counted(path: Path) -> Predictor:
        loads.append(path)
        return load(path)

    monkeypatch.setattr("api.app.load", counted)
    handler = make()
    assert len(loads) == 1
    app = handler.app

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope["type"])
        await app(scope, receive, send)

    handler.app = watched
    for made in (http, rest, balancer_multi):
        assert asked(handler, made("POST", "/predict", BODY, JSON))["statusCode"] == 200
    assert scopes == ["http"] * 3
    assert len(loads) == 1


def test_one_line_an_event(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """An event leaves one line of JSON on standard output, without what was asked."""
    handler = make()
    capsys.readouterr()
    asked(handler, http("POST", "/predict", BODY.replace("750", "123454321"), JSON))
    output = capsys.readouterr().out
    line = json.loads(output)
    assert (line["route"], line["status"], line["client"]) == ("/predict", 200, "198.51.100.7")
    assert "123454321" not in output


def test_module_has_its_handler(make: Make) -> None:
    """What AWS is told to call is made by the import of the module."""
    make()
    assert isinstance(sys.modules["handler.main"].handler, Mangum)


def test_wrong_setting_ends_the_start(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox with a wrong setting does not start, and says which."""
    monkeypatch.setenv("ESTIMATOR_DOCS", "maybe")
    with pytest.raises(SettingsError, match="ESTIMATOR_DOCS cannot be 'maybe'"):
        make()
