"""The routes that answer with prices."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from api.answers import AnswerWriter
from api.backlog import PLACED, REFUSED, Place, Queue
from api.batches import Format, formats
from api.bodies import media_type, read_body
from api.decoding import decode_json, decode_text
from api.identifiers import new_id
from api.metrics import Metrics
from api.operations import Example, describe_batch, describe_single
from api.problems import Problem, busy
from api.records import Record, turns
from api.rows import RowReader
from api.schema import request_example
from api.settings import Settings
from model import Estimate, Predictor

_JSON = ("application/json",)
_EXAMPLE_ID = "019a0000-0000-7000-8000-000000000000"


class Predictions:
    """Asks the predictor and writes down what it says."""

    def __init__(
        self,
        predictor: Predictor,
        metrics: Metrics,
        settings: Settings,
        queue: Queue | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`queue` has the places for batches; `clock` gives seconds."""
        self._queue = queue or Queue()
        self._clock = clock
        self._predictor = predictor
        self._metrics = metrics
        self._settings = settings
        self._reader = RowReader(predictor.manifest.features)
        self._writer = AnswerWriter(predictor)
        self._names = [feature.name for feature in predictor.manifest.features]
        self.formats = formats(self._names, predictor.manifest.target.name)
        self._row_reader = RowReader(predictor.manifest.features, most_errors=5)
        self._explaining = CapacityLimiter(1)
        self._batches = asyncio.Semaphore(1)

    async def predict(self, request: Request, *, explain: bool = False) -> Response:
        """Price one product. `explain` adds what each feature contributes to the price."""
        if hasattr(request.state, REFUSED):
            raise busy()
        media_type(request, _JSON)
        body = await self._body(request, self._settings.max_body_bytes)
        row = self._reader.read(decode_json(decode_text(body)))
        answer = self._answer(row, self._predictor.predict(row))
        if explain:
            reasons = await to_thread.run_sync(
                self._predictor.explain, row, limiter=self._explaining
            )
            answer |= self._writer.explanation(reasons)
        self._metrics.predictions.labels("single").inc()
        return Response(json.dumps(answer), media_type="application/json")

    async def predict_batch(self, request: Request) -> Response:
        """Price many products: each row is answered or refused on its own."""
        if "explain" in request.query_params:
            raise Problem(
                422, "Reasons are given for one product at a time. Ask /predict for them."
            )
        name = media_type(request, self.formats)
        with getattr(request.state, PLACED, None) or Place(self._queue):
            body = await self._body(request, self._settings.max_batch_bytes)
            async with self._batches:
                text = await self._answer_all(request, self.formats[name], decode_text(body))
        return Response(text, media_type=name)

    async def _body(self, request: Request, limit: int) -> bytes:
        return await read_body(request, limit, self._settings.body_seconds)

    def _answer(self, row: Sequence[float], estimate: Estimate) -> dict[str, Any]:
        answer = self._writer.answer(row, estimate)
        for warning in answer["warnings"]:
            self._metrics.out_of_range.labels(warning["field"]).inc()
        return answer

    async def _answer_all(self, request: Request, form: Format, text: str) -> str:
        records = form.read(text, self._row_reader, self._settings.max_body_bytes)
        limit, seen, refused = self._settings.max_batch_rows, 0, 0
        written: list[str] = []
        for chunk in turns(records, self._clock):
            seen += len(chunk)
            if seen > limit:
                raise Problem(413, f"The batch has more than {limit} rows. Split it into several.")
            rows = [each for each in chunk if each is not None]
            written += self._answer_chunk(form, rows)
            refused += sum(isinstance(each.row, Problem) for each in rows)
            if await request.is_disconnected():
                raise ClientDisconnect
            await asyncio.sleep(0)
        self._metrics.predictions.labels("batch").inc(len(written) - refused)
        self._metrics.refused_rows.inc(refused)
        return form.head + form.separator.join(written) + form.tail

    def _answer_chunk(self, form: Format, records: Sequence[Record]) -> Iterator[str]:
        rows = [each.row for each in records if not isinstance(each.row, Problem)]
        estimates = iter(self._predictor.predict_rows(rows))
        template = form.template(self._predictor.manifest)
        for record in records:
            if isinstance(record.row, Problem):
                yield form.write(record, record.row.document())
                continue
            estimate = next(estimates)
            text = self._writer.text(estimate, new_id(), template) if record.ordinary else None
            if text is None:
                yield form.write(record, self._answer(record.row, estimate))
            else:
                yield form.write_text(record, text)

    def example(self) -> Example:
        """A request, made of the features' examples, and the model's answer to it."""
        request = request_example(self._predictor.manifest)
        row = self._reader.read(request)
        answer = self._writer.answer(row, self._predictor.predict(row))
        return Example(request, answer | {"prediction_id": _EXAMPLE_ID})


def add_predictions(router: APIRouter, predictions: Predictions, predictor: Predictor) -> None:
    """Put the two routes on a router, described by the manifest."""
    manifest = predictor.manifest
    example = predictions.example()
    router.add_api_route(
        "/predict",
        predictions.predict,
        methods=["POST"],
        tags=["Prices"],
        summary="Price one product",
        response_class=Response,
        **describe_single(manifest, example),
    )
    router.add_api_route(
        "/predict/batch",
        predictions.predict_batch,
        methods=["POST"],
        tags=["Prices"],
        summary="Price many products",
        response_class=Response,
        **describe_batch(manifest, example, predictions.formats),
    )
