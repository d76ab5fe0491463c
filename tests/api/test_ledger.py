"""The ledger: everything that was noted is told, once, and soon."""

import asyncio
import io
import json
import logging
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from api.ledger import BUSY, CROWDED, MOST, PRICED, TOGETHER, Answer, Ledger
from api.logs import FIELDS, PIPE_BUF, JsonFormatter, Lines
from api.metrics import Metrics


class Note(NamedTuple):
    """What is noted of an answer."""

    answer: Answer
    request_id: str
    client: str | None
    ended: float
    seconds: float


NOTE = Note(
    PRICED, "01a2156d-6da6-728b-a091-7e641d114225", "203.0.113.9", 1_700_000_000.0075, 0.0000504
)


def counted(metrics: Metrics) -> list[str]:
    """The series of single prices, as Prometheus reads them."""
    text = metrics.exposition("")[0].decode()
    return [line for line in text.splitlines() if "/predict" in line and "_created" not in line]


def told(*notes: Note) -> str:
    """What the log is told of these notes."""
    stream = io.StringIO()

    async def tell() -> None:
        ledger = Ledger(Metrics("v"), Lines(stream))
        for note in notes:
            ledger.note(*note)
        ledger.settle()

    asyncio.run(tell())
    return stream.getvalue()


def test_a_line_is_what_the_log_would_have_made_of_it(root_logger: logging.Logger) -> None:
    """The same members in the same order, with the time at which the answer ended."""
    root_logger.setLevel("INFO")
    record = root_logger.makeRecord("api.requests", logging.INFO, "", 0, "request", (), None)
    record.created = NOTE.ended
    fields = {"request_id": NOTE.request_id, "method": "POST", "path": "/predict",
              "route": "/predict", "status": 200, "duration_ms": 0.05,
              "client": "203.0.113.9"}  # fmt: skip
    setattr(record, FIELDS, fields)
    line, formatted = told(NOTE), JsonFormatter().format(record)
    assert list(json.loads(line).items()) == list(json.loads(formatted).items())


@pytest.mark.parametrize("client", [None, 'a "quoted" client', "é\n"])
def test_any_client_makes_a_line(root_logger: logging.Logger, client: str | None) -> None:
    """Who forwards a request may say anything of where it came from."""
    root_logger.setLevel("INFO")
    assert json.loads(told(NOTE._replace(client=client)))["client"] == client


def test_a_quiet_log_is_told_nothing(root_logger: logging.Logger) -> None:
    """The level counts here too."""
    root_logger.setLevel("WARNING")
    assert told(NOTE) == ""


class Counted:
    """Metrics that note how many answers they were told of at once, and when they were."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self.event = asyncio.Event()
        self.metrics = Metrics("v")
        self.metrics.count_answers = self._count  # type: ignore[method-assign]  # to be told of it

    def _count(self, route: str, status: int, seconds: Sequence[float]) -> None:
        self.told.append(len(seconds))
        self.event.set()


def test_what_is_noted_is_told_together_after_the_delay() -> None:
    """Not before, and then all of it."""

    async def ask() -> list[int]:
        counted = Counted()
        ledger = Ledger(counted.metrics, Lines(io.StringIO()), 0.01)
        for _ in range(3):
            ledger.note(*NOTE)
        assert counted.told == []
        await counted.event.wait()
        ledger.settle()
        return counted.told

    assert asyncio.run(ask()) == [3]


def test_a_note_after_all_was_told_is_told_too() -> None:
    """No other one has to come for that."""

    async def ask() -> list[int]:
        counted = Counted()
        ledger = Ledger(counted.metrics, Lines(io.StringIO()), 0.01)
        ledger.settle()
        ledger.note(*NOTE)
        await asyncio.wait_for(counted.event.wait(), 10)
        return counted.told

    assert asyncio.run(ask()) == [1]


def test_many_notes_are_told_before_the_delay() -> None:
    """So that none of the pauses in which they are told is a long one."""

    async def ask() -> list[int]:
        counted = Counted()
        ledger = Ledger(counted.metrics, Lines(io.StringIO()), 60)
        for _ in range(2 * MOST + 1):
            ledger.note(*NOTE)
        return counted.told

    assert asyncio.run(ask()) == [MOST, MOST]


def test_lines_are_written_as_many_as_a_pipe_takes_whole(root_logger: logging.Logger) -> None:
    """Each was made when its request was answered, so that no pause is a long one."""
    root_logger.setLevel("INFO")
    stream = io.StringIO()

    async def ask() -> None:
        ledger = Ledger(Metrics("v"), Lines(stream), 60)
        for _ in range(TOGETHER - 1):
            ledger.note(*NOTE)
        assert stream.getvalue() == ""
        ledger.note(*NOTE)
        assert len(stream.getvalue().splitlines()) == TOGETHER
        assert len(stream.getvalue()) <= PIPE_BUF
        ledger.settle()
        assert len(stream.getvalue().splitlines()) == TOGETHER

    asyncio.run(ask())


def test_who_reads_the_metrics_sees_everything() -> None:
    """What waits is counted before they are written."""
    metrics = Metrics("v")

    async def ask() -> None:
        ledger = Ledger(metrics, Lines(io.StringIO()), 60)
        ledger.note(*NOTE)
        assert 'http_requests_total{method="POST",route="/predict",status="200"} 1.0' in counted(
            metrics
        )

    asyncio.run(ask())


@pytest.mark.parametrize("answer", [PRICED, BUSY, CROWDED])
@pytest.mark.parametrize("seconds", [0.0, 0.0005, 0.00051, 0.3, 10.0, 99.0])
def test_many_are_counted_as_one_by_one(seconds: float, answer: Answer) -> None:
    """In the same buckets, on their borders too."""
    single, many = Metrics("v"), Metrics("v")
    for _ in range(3):
        single.requests.labels("POST", answer.path, str(answer.status)).inc()
        single.duration.labels(answer.path).observe(seconds)
        if answer is PRICED:
            single.predictions.labels("single").inc()
    many.count_answers(*answer, [seconds] * 3)
    assert counted(many) == counted(single)


def test_a_request_whose_body_has_not_come_is_in_flight() -> None:
    """And is no longer, once it has."""
    metrics = Metrics("v")

    def in_flight() -> float | None:
        metrics.exposition("")
        return metrics.registry.get_sample_value("http_requests_in_flight")

    ledger = Ledger(metrics, Lines(io.StringIO()))
    ledger.begin()
    assert in_flight() == 1
    ledger.end()
    assert in_flight() == 0
