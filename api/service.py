"""The routes about the service itself: its name, its model, its health, its numbers."""

from functools import partial

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from api import __version__
from api.drain import Drain
from api.metrics import Metrics
from api.problems import Problem
from api.schema import problem_responses
from model import Predictor
from model.manifest import encode

TITLE = "Shipping Price Estimator"


class Service:
    """What the service says of itself."""

    def __init__(self, predictor: Predictor, metrics: Metrics, drain: Drain) -> None:
        self._predictor = predictor
        self._metrics = metrics
        self._drain = drain
        self._card = _card(predictor)

    async def name(self) -> JSONResponse:
        """The service's name and version."""
        return JSONResponse({TITLE: __version__})

    async def card(self) -> Response:
        """The model card: all that the manifest says, and the engine that answers single rows."""
        return Response(self._card, media_type="application/json")

    async def live(self) -> JSONResponse:
        """200 while the process answers at all."""
        return JSONResponse({"status": "live"})

    async def ready(self) -> JSONResponse:
        """200 while the golden rows are answered right and the server is not draining."""
        if self._drain.begun:
            raise Problem(503, "Shutting down: ask another instance.")
        fault = self._predictor.golden_fault()
        if fault is not None:
            raise Problem(503, f"The model does not answer as it should: {fault}.")
        return JSONResponse({"status": "ready", "model_version": self._predictor.manifest.version})

    async def metrics(self, request: Request) -> Response:
        """The numbers of all processes of this server, for Prometheus."""
        body, content_type = self._metrics.exposition(request.headers.get("accept", ""))
        return Response(body, headers={"Content-Type": content_type})


def _card(predictor: Predictor) -> bytes:
    document = msgspec.json.decode(encode(predictor.manifest))
    document["engine"] = predictor.engine.name
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def add_service(router: APIRouter, service: Service) -> None:
    """Put the routes that are always open on a router."""
    add, get = partial(router.add_api_route, tags=["Service"]), ["GET"]
    add("/", service.name, methods=get, summary="Name and version")
    add("/livez", service.live, methods=get, summary="Is the process alive?")
    add(
        "/readyz",
        service.ready,
        methods=get,
        summary="May traffic come here?",
        responses=problem_responses(503),
    )
    add(
        "/metrics",
        service.metrics,
        methods=get,
        summary="Numbers for Prometheus",
        response_class=Response,
        responses={200: {"description": "The numbers.", "content": {"text/plain": {}}}},
    )


def add_card(router: APIRouter, service: Service) -> None:
    """Put the model card on a router."""
    router.add_api_route(
        "/model",
        service.card,
        methods=["GET"],
        tags=["Prices"],
        summary="The model card",
        response_class=Response,
        responses={
            200: {
                "description": "The manifest and the engine.",
                "content": {"application/json": {}},
            }
        },
    )
