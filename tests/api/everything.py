"""Everything that the service answers, asked once: to be imported by a process of its own."""

import json

from starlette.testclient import TestClient

from api.app import load_app
from api.settings import Settings

client = TestClient(load_app(Settings()))
example = client.get("/openapi.json").json()["paths"]["/predict"]["post"]["requestBody"]["content"][
    "application/json"
]["example"]
client.post("/predict", json=example).raise_for_status()
client.post("/predict?explain=true", json=example).raise_for_status()
client.post("/predict/batch", content=json.dumps([example] * 3)).raise_for_status()
for path in ("/", "/model", "/readyz", "/metrics", "/docs"):
    client.get(path).raise_for_status()
