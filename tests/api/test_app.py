import logging
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import __version__
from api.app import DRAIN, create_app, load_app
from api.drain import Drain
from api.settings import Settings
from model import BundleError
from tests import bundles


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh process has after a statement."""
    code = f"{statement}; import sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = [sys.executable, "-c", code]
    ended = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60)
    return set(ended.stdout.split())


def test_serving_stays_light() -> None:
    """All that the service answers it answers without a library of numbers, data or plots."""
    heavy = {"numpy", "scipy", "xgboost", "pyarrow", "matplotlib", "pandas", "sklearn", "jinja2",
             "tqdm", "boto3", "botocore"}  # fmt: skip
    loaded = loaded_by("import tests.api.everything")
    assert {"fastapi", "model", "prometheus_client"} <= loaded
    assert loaded & heavy == set()


def test_supervising_stays_lighter() -> None:
    """The process that only watches the others holds neither the model's library nor an app."""
    loaded = loaded_by("import api.__main__")
    assert loaded & {"xgboost", "numpy", "fastapi", "uvicorn"} == set()


def test_app_serves_the_bundle_of_the_settings(bundle_directory: Path) -> None:
    """The app is made of a directory, and titled as the service is."""
    app = load_app(Settings(bundle=bundle_directory))
    assert (app.title, app.version) == ("Shipping Price Estimator", __version__)
    version = bundles.shipping().manifest.version
    assert TestClient(app).get("/readyz").json()["model_version"] == version


def test_app_does_not_serve_what_cannot_be_trusted(tmp_path: Path) -> None:
    """Without a good bundle there is no app."""
    with pytest.raises(BundleError, match=r"manifest\.json: no such file"):
        load_app(Settings(bundle=tmp_path))


def test_start_says_which_model_is_served(caplog: pytest.LogCaptureFixture) -> None:
    """The log says which version of which directory is served, and what walks its trees."""
    with caplog.at_level(logging.INFO):
        create_app(Settings(bundle=Path("somewhere")), bundles.quote().predictor())
    predictor = bundles.quote().predictor()
    version, engine = predictor.manifest.version, predictor.engine.name
    assert f"serving model {version} from somewhere by {engine}" in caplog.messages


def test_server_finds_the_drain() -> None:
    """The app hands its drain to whoever runs its lifespan."""
    drain = Drain(1)
    app = create_app(Settings(), bundles.quote().predictor(), drain)
    with TestClient(app) as client:
        assert client.app_state[DRAIN] is drain


def test_description_tells_target_version_and_coverage() -> None:
    """The head of the documentation says what is answered, by which model, and how sure."""
    app = create_app(Settings(), bundles.shipping().predictor())
    version = bundles.shipping().manifest.version
    assert app.description == (
        f"What it costs, in BRL. Model version {version}. "
        "Each price has an interval that covers 90%."
    )
