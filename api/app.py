"""The app: the one place where its parts are put together."""

import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.telemetry import TelemetryConfig

from api import __version__
from api.backlog import Queue
from api.docs import add_docs
from api.drain import Drain
from api.front import FRONT, FrontPath
from api.keys import KeyGuard
from api.ledger import Ledger
from api.logs import Lines
from api.metrics import Metrics
from api.observer import Observer
from api.predictions import Predictions, add_predictions
from api.refusals import add_refusals
from api.schema import problem_responses
from api.service import TITLE, Service, add_card, add_service
from api.settings import Settings
from model import Predictor, load

_log = logging.getLogger("api")

DRAIN = "drain"
"""The member of the lifespan state in which the server finds the app's `Drain`."""

_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
}


def load_app(settings: Settings, lines: Lines | None = None) -> FastAPI:
    """The app that serves the bundle in the settings, its log in `lines`. Raises `BundleError`."""
    return create_app(settings, load(settings.bundle), lines=lines)


def create_app(
    settings: Settings,
    predictor: Predictor,
    drain: Drain | None = None,
    lines: Lines | None = None,
) -> FastAPI:
    """The app that serves one predictor. `lines` is where its log goes, else standard output."""
    drain = drain or Drain(settings.drain_seconds)
    version, engine = predictor.manifest.version, predictor.engine.name
    _log.info("serving model %s from %s by %s", version, settings.bundle, engine)
    metrics = Metrics(predictor.manifest.version)
    ledger = Ledger(metrics, lines or Lines(sys.stdout))
    queue = Queue()
    front = FrontPath(predictor, settings, drain, ledger, queue)
    service = Service(predictor, metrics, drain)
    app = FastAPI(
        title=TITLE,
        version=__version__,
        description=_description(predictor),
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan({DRAIN: drain, FRONT: front}, ledger),
        telemetry=_NO_TELEMETRY,
    )
    protected = _protected(settings)
    add_predictions(protected, Predictions(predictor, metrics, settings, queue), predictor)
    add_card(protected, service)
    app.include_router(protected)
    add_service(app.router, service)
    if settings.docs:
        add_docs(app)
    add_refusals(app)
    app.add_middleware(Observer, metrics=metrics, drain=drain)
    return app


def _protected(settings: Settings) -> APIRouter:
    if not settings.key_hashes:
        return APIRouter()
    guard = Depends(KeyGuard(settings.key_hashes))
    return APIRouter(dependencies=[guard], responses=problem_responses(401))


def _lifespan(
    state: dict[str, Any], ledger: Ledger
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        yield state
        ledger.settle()

    return lifespan


def _description(predictor: Predictor) -> str:
    manifest = predictor.manifest
    target = manifest.target
    words = f"{target.description or target.name}, in {target.unit or 'no unit'}. "
    words += f"Model version {manifest.version}. "
    if manifest.interval is None:
        return words + "This model has no calibrated interval: `interval` is null."
    return words + f"Each price has an interval that covers {manifest.interval.coverage:.0%}."
