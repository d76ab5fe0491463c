"""The app: the one place where its parts are put together."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import APIRouter, Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.types import Receive, Scope, Send

from api import __version__
from api.docs import add_docs
from api.drain import Drain
from api.front import FrontPath
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


class App(FastAPI):
    """A FastAPI app behind its front path, which asks it for all that it does not answer."""

    front: FrontPath

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run the lifespan."""
        await self.front(scope, receive, send)


def load_app(settings: Settings, lines: Lines | None = None, delay: float = 0.0) -> App:
    """The app that serves the bundle in the settings. Raises `BundleError`.

    `lines` is where the log goes; it is told of single prices after `delay` seconds.
    """
    return create_app(settings, load(settings.bundle), lines=lines, delay=delay)


def create_app(
    settings: Settings,
    predictor: Predictor,
    drain: Drain | None = None,
    *,
    lines: Lines | None = None,
    delay: float = 0.0,
) -> App:
    """The app that serves one predictor."""
    drain = drain or Drain(settings.drain_seconds)
    version, engine = predictor.manifest.version, predictor.engine.name
    _log.info("serving model %s from %s by %s", version, settings.bundle, engine)
    metrics = Metrics(predictor.manifest.version)
    ledger = Ledger(metrics, lines, delay)
    service = Service(predictor, metrics, drain)
    app = App(
        title=TITLE,
        version=__version__,
        description=_description(predictor),
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(drain, ledger),
        telemetry=_NO_TELEMETRY,
    )
    protected = _protected(settings)
    add_predictions(protected, Predictions(predictor, metrics, settings), predictor)
    add_card(protected, service)
    app.include_router(protected)
    add_service(app.router, service)
    if settings.docs:
        add_docs(app)
    add_refusals(app)
    app.add_middleware(Observer, metrics=metrics, drain=drain)
    app.front = FrontPath(partial(FastAPI.__call__, app), predictor, settings, drain, ledger)
    return app


def _protected(settings: Settings) -> APIRouter:
    if not settings.key_hashes:
        return APIRouter()
    guard = Depends(KeyGuard(settings.key_hashes))
    return APIRouter(dependencies=[guard], responses=problem_responses(401))


def _lifespan(
    drain: Drain, ledger: Ledger
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Drain]]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Drain]]:
        yield {DRAIN: drain}
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
