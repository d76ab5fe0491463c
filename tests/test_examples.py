"""What README.md and examples/ ask is answered as they say, by the model that they are of."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from model import load

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


@pytest.fixture
def client() -> TestClient:
    """The embedded model, as `make serve` serves it."""
    return TestClient(create_app(Settings(), load(ROOT / "bundle")))


def request() -> Any:
    """The single request."""
    return json.loads((EXAMPLES / "request.json").read_bytes())


def test_the_readme(client: TestClient) -> None:
    """The request gets the answer that stands below it, ids aside; it is that of examples/."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    asked = re.search(r"--json '(\{.*?\})'", text)
    answer = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert asked is not None
    assert answer is not None
    assert json.loads(asked[1]) == request()
    given = client.post("/predict", json=request()).json()
    expected = json.loads(answer[1])
    assert given.pop("prediction_id") != expected.pop("prediction_id")
    assert given == expected


@pytest.mark.parametrize(
    ("name", "kind"), [("rows.csv", "text/csv"), ("rows.jsonl", "application/x-ndjson")]
)
def test_rows(client: TestClient, name: str, kind: str) -> None:
    """Each row has a price; the first is the single request."""
    answer = client.post(
        "/predict/batch",
        content=(EXAMPLES / name).read_bytes(),
        headers={"content-type": kind},
    )
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == len((EXAMPLES / name).read_text().splitlines()) > 1
    first = answer.text.splitlines()[1 if kind == "text/csv" else 0]
    price = next(iter(client.post("/predict", json=request()).json().values()))
    assert repr(price) in first
    assert "problem" not in answer.text


@pytest.mark.parametrize(
    "path", sorted((EXAMPLES / "events").glob("*.json")), ids=lambda path: path.stem
)
def test_events(path: Path) -> None:
    """Each hands on the single request; that a function reads them is a test of tests/handler."""
    event = json.loads(path.read_bytes())
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"]
    assert json.loads(body) == request()
