"""The requests in examples/ are answered as they stand; the events are tests/handler's."""

from pathlib import Path

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


def priced(client: TestClient) -> float:
    """What the single request is answered with."""
    answer = client.post(
        "/predict",
        content=(EXAMPLES / "request.json").read_bytes(),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 200
    return float(answer.json()["shipping_estimated_price"])


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
    lines = answer.text.splitlines()
    rows = lines[1:] if kind == "text/csv" else lines
    assert len(rows) == 3
    assert f"{priced(client):g}" in rows[0]
    assert "problem" not in answer.text
