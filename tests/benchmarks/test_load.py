"""The load: what is due is asked, from when it was due it is timed, and each outcome is counted."""

import asyncio
import os
import signal
import socket
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.family import family
from benchmarks.generator import program
from benchmarks.histogram import Histogram
from benchmarks.load import Load, Plan, Question, request, run
from benchmarks.processes import free_port
from tests.benchmarks.servers import (
    QUESTION,
    TEN,
    answer,
    answering,
    asked,
    closing,
    during,
    head,
    question,
    stalling,
)

GOOD = answer()
BUSY = answer("503 Service Unavailable", b"{}", "Retry-After: 1")


def outcomes(load: Load) -> dict[str, int]:
    """Whatever happened at least once."""
    names = ("answered", "refused", "wrong", "failed", "unanswered", "unsent")
    return {name: getattr(load, name) for name in names if getattr(load, name)}


def test_open_load_asks_as_often_as_is_due() -> None:
    """Each is asked once, answered once and timed once."""
    load = asked(answering(answer("200 OK", b"x" * 30_000)))
    assert outcomes(load) == {"answered": 10}
    assert load.latencies.total == load.lateness.total == 10
    assert load.seconds >= 0.09


def test_open_load_at_random_times() -> None:
    """As many as at even times."""
    assert outcomes(asked(answering(GOOD), replace(TEN, poisson=3))) == {"answered": 10}


def test_closed_load_goes_on_until_its_end() -> None:
    """On every connection, and what was asked before the end is waited for."""
    load = asked(answering(GOOD), replace(TEN, rate=None, connections=3))
    assert load.answered == load.latencies.total > 3
    assert outcomes(load) == {"answered": load.answered}
    assert load.seconds >= 0.1
    assert not load.lateness.total


def test_questions_are_asked_in_turn() -> None:
    """Each with what is expected of its own answer."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (body := await question(reader)) is not None:
            bodies.append(body)
            writer.write(answer("200 OK", body))

    bodies: list[bytes] = []
    texts = ("one", "two", "three")
    expected = dict(zip(texts, ("one", "", "four"), strict=True))
    questions = tuple(Question(request("/", text.encode()), expected[text]) for text in texts)
    load = asked(echo, replace(TEN, questions=questions))
    assert bodies == [b"one", b"two", b"three"] * 3 + [b"one"]
    assert outcomes(load) == {"answered": 7, "wrong": 3}


def test_a_question_may_expect_another_status() -> None:
    """With its text; what it is asked to be refused for is not to be answered."""
    missing, busy = answer("404 Not Found", b"no such path"), answer("503 Busy", b"draining")
    questions = (
        Question(QUESTION.request, "no such path", 404),
        Question(QUESTION.request, "draining", 503),
        Question(QUESTION.request, "no such door", 404),
        Question(QUESTION.request, status=404),
        Question(QUESTION.request, "shut", 503),
    )
    answers = (missing, busy, missing, GOOD, busy)
    load = asked(answering(*answers), replace(TEN, questions=questions))
    assert outcomes(load) == {"answered": 4, "wrong": 4, "refused": 2}


def test_a_stalled_server_shows_in_every_latency() -> None:
    """Of those too that were due and could not even be asked: the first 100 ms, the last 10."""
    load = asked(stalling(0.1))
    assert outcomes(load) == {"answered": 10}
    for place in range(10):
        assert load.percentile(place / 10) >= (place + 1) / 100
    assert load.lateness.percentile(0.5) < load.percentile(0.5) / 2  # it is not the generator's


def test_random_times_are_not_even() -> None:
    """Of this seed six of ten are due in the first 25 ms, of even times three."""
    load = asked(stalling(0.1), replace(TEN, poisson=98))
    assert load.percentile(0.4) >= 0.075


def test_what_is_never_answered_ends_nothing() -> None:
    """The one that was asked is told apart from those that waited for its connection."""
    load = asked(stalling(60), replace(TEN, grace=0.01))
    assert outcomes(load) == {"unanswered": 1, "unsent": 9}
    assert load.seconds >= 0.11
    assert load.doubt is None


def test_what_finds_no_connection_in_time_is_turned_away() -> None:
    """It is told of, and what becomes due later is asked."""
    load = asked(stalling(0.1), replace(TEN, seconds=0.4, rate=1000, patience=0.005))
    assert load.unsent >= 100 - 1 - 5 - 1
    assert load.answered == 400 - load.unsent
    assert load.answered > 1
    assert load.seconds >= 0.39


def test_connections_settle_before_the_first_request() -> None:
    """None of its latency is that of a connection that was not taken in yet."""
    opened: list[float] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(asyncio.get_running_loop().time())
        while await question(reader) is not None:
            opened.append(asyncio.get_running_loop().time())
            writer.write(GOOD)

    load = asked(note, replace(TEN, settle=0.2))
    assert outcomes(load) == {"answered": 10}
    assert opened[1] - opened[0] >= 0.15


def test_what_waits_for_an_answer_is_not_turned_away() -> None:
    """Patience is for a connection."""
    load = asked(stalling(0.1), replace(TEN, connections=10, patience=0.005))
    assert outcomes(load) == {"answered": 10}


def is_generator(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().strip() == program().name


def test_nothing_is_turned_away_for_what_the_generator_missed() -> None:
    """It is asked late, which is told as the generator's own lateness."""

    async def stop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await question(reader) is not None:
            writer.write(GOOD)
            while not stopped:
                (generator,) = (each.pid for each in family(os.getpid()) if is_generator(each.pid))
                stopped.append(generator)
                os.kill(generator, signal.SIGSTOP)
                await asyncio.sleep(0.06)  # a real process, on a real clock
                os.kill(generator, signal.SIGCONT)

    stopped: list[int] = []
    load = asked(stop, replace(TEN, connections=10, patience=0.01))
    assert outcomes(load) == {"answered": 10}
    assert load.lateness.percentile(1) >= 0.03


@pytest.mark.parametrize("rate", [None, 100])
def test_a_generator_that_is_awake(rate: float | None) -> None:
    """It asks and counts the same; to watch in vain is no work."""
    program()  # compiled beforehand
    before = os.times()
    load = asked(stalling(0.5), replace(TEN, rate=rate, awake=True))
    after = os.times()
    assert outcomes(load) == {"answered": load.answered}
    assert load.answered >= 10 if rate else load.answered > 0
    taken = after.children_user + after.children_system
    taken -= before.children_user + before.children_system
    assert taken > 0.03
    assert load.cpu < taken / 2


def test_refusals_are_counted_apart() -> None:
    """With latencies of their own: a server that refuses quickly is no fast server."""
    load = asked(answering(GOOD, BUSY, BUSY))
    assert outcomes(load) == {"answered": 4, "refused": 6}
    assert (load.latencies.total, load.refusals.total) == (4, 6)
    assert load.bad == 6


def test_other_statuses_are_wrong() -> None:
    """Though they come with a body that was hoped for."""
    wrong = answer("422 Unprocessable Content", b"a price")
    load = asked(answering(wrong), replace(TEN, questions=(replace(QUESTION, expect="a price"),)))
    assert outcomes(load) == {"wrong": 10}
    assert not load.latencies.total


@pytest.mark.parametrize("status", ["502 Bad Gateway", "504 Gateway Timeout"])
def test_what_a_proxy_could_not_get_has_failed(status: str) -> None:
    """It says so in an answer, of which the server behind it knows nothing."""
    assert outcomes(asked(answering(answer(status)))) == {"failed": 10}


def test_a_connection_that_is_closed_after_an_answer_is_made_anew() -> None:
    """As the server said it would be."""
    load = asked(closing(answer("200 OK", b"{}", "connection: Close")))
    assert outcomes(load) == {"answered": 10}
    assert load.reopened in {9, 10}


def test_a_connection_that_is_closed_without_a_word_is_made_anew() -> None:
    """Where a request was already on its way, that one has failed."""
    load = asked(closing(GOOD))
    assert load.answered + load.failed == 10
    assert load.answered > 0
    assert load.reopened >= load.answered - 1


@pytest.mark.parametrize("part", [b"", GOOD[:-1], b"SSH-2.0-OpenSSH\r\n"])
def test_what_is_cut_off_has_failed(part: bytes) -> None:
    """Before, within and instead of an answer; the load goes on."""
    load = asked(closing(part))
    assert outcomes(load) == {"failed": 10}
    assert load.reopened in {9, 10}


def test_a_reset_has_failed() -> None:
    """As whatever else ends a connection under a request."""

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await question(reader)
        writer.transport.abort()

    assert outcomes(asked(reset)) == {"failed": 10}


def test_a_request_of_many_pieces() -> None:
    """It is longer than what a connection takes at once, and is sent to its end."""
    body = bytes(range(256)) * 40_000
    seen: Counter[bytes] = Counter()

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (received := await question(reader)) is not None:
            seen[received] += 1
            writer.write(GOOD)

    load = asked(count, replace(TEN, seconds=0.03, questions=(Question(request("/", body)),)))
    assert outcomes(load) == {"answered": 3}
    assert seen == {body: 3}


def test_a_request_that_is_answered_too_early() -> None:
    """Its rest would be taken for the next request: that one goes over a new connection."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await head(reader):
            writer.write(BUSY)
            await asyncio.Event().wait()

    long = Question(request("/", bytes(20_000_000)))
    load = asked(refuse, replace(TEN, seconds=0.03, questions=(long,)))
    assert outcomes(load) == {"refused": 3}
    assert load.reopened in {2, 3}


def test_a_server_that_restarts() -> None:
    """While nobody listens it is tried again, and what became due meanwhile is asked."""

    with ThreadPoolExecutor(1) as pool, socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        asking = pool.submit(run, replace(TEN, port=port))
        connection, _ = listener.accept()
        connection.recv(65536)
        listener.close()
        connection.close()
        load = asyncio.run(during(answering(GOOD), lambda _: asking.result(), port))
    assert outcomes(load) == {"answered": 9, "failed": 1}
    assert load.reopened == 1


def test_nobody_listens() -> None:
    """It says so, and at which port."""
    port = free_port()
    with pytest.raises(RuntimeError, match=f"port {port}: Connection refused"):
        run(replace(TEN, port=port))


@pytest.mark.parametrize("address", ["10.0.0.1:80", "128.0.0.1:80", "0.0.0.0:80"])
def test_only_loopback_is_put_under_load(address: str) -> None:
    """Whatever else is asked for."""
    argv = [str(program()), "--to", address, "--request", __file__]
    ended = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 1
    assert "only 127.0.0.1" in ended.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--to", "localhost:80"], "'localhost' is no address"),
        (["--to", "127.0.0.1"], "no address and port"),
        (["--to", "127.0.0.1:70000"], "'70000' is no number from 1 to 65535"),
        (["--rate", "nan"], "'nan' is no number"),
        (["--connections", "0"], "'0' is no number"),
        (["--request", "/dev/null"], "no file with a request"),
        (["--request", "/nowhere"], "No such file"),
        (["--expect", "x"], "--expect is of the request before it"),
        (["--status", "404"], "--status is of the request before it"),
        (["--request", __file__, "--status", "99"], "'99' is no number from 200 to 599"),
        (["--to", "127.0.0.1:80"], "usage: "),
        (["--fast"], "usage: "),
        (["--to", "127.0.0.1:80", "--request", __file__, "--poisson", "1"], "needs a --rate"),
        (["--to", "127.0.0.1:80", "--request", __file__, "--patience", "1"], "needs a --rate"),
        (["--to", "127.0.0.1:80", "--request", __file__, "--rate", "1e7", "--seconds", "11"],
         "1.1e+08 requests are due"),
    ],
)  # fmt: skip
def test_arguments_that_make_no_sense(options: list[str], message: str) -> None:
    """They are told of, and nothing is asked."""
    argv = [str(program()), *options]
    ended = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 1
    assert message in ended.stderr


def seen(latency: int, lateness: int | None, cpu: float = 0.1) -> Load:
    """A load of one second; times in microseconds."""
    late = Histogram() if lateness is None else Histogram((lateness * 1000,), (1,))
    times = Histogram((latency * 1000,), (1,))
    return Load(1, 0, 0, 0, 0, 0, 0, 1.0, cpu, times, Histogram(), late)


def test_a_late_generator_is_doubted() -> None:
    """Where its own lateness is a good part of what it has measured."""
    assert seen(100, 25).doubt is None
    assert "a quarter of the median" in str(seen(100, 26).doubt)
    assert seen(100, 20, cpu=1.0).doubt is None  # it watches the clock


def test_a_busy_generator_is_doubted() -> None:
    """Where it asks as fast as it can, and can no faster."""
    assert seen(100, None, cpu=0.9).doubt is None
    assert "no time to spare" in str(seen(100, None, cpu=0.95).doubt)


def test_a_doubt_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, beside the figures, which are given nevertheless."""
    monkeypatch.setattr(Load, "doubt", "it slept")
    for _ in range(2):
        assert asked(answering(GOOD)).answered == 10
    assert capsys.readouterr().err == (
        "warning: the load generator was slow for the server: it slept\n"
    )


def test_the_rate_is_of_good_answers() -> None:
    """A second."""
    assert Load(3, 5, 0, 0, 0, 0, 0, 2.0, 0, Histogram(), Histogram(), Histogram()).rate == 1.5


def test_a_plan_as_a_command(tmp_path: Path) -> None:
    """What is not asked for is not mentioned."""
    command = Plan(80, (QUESTION,), 1.0).command(tmp_path)
    absent = {"--rate", "--poisson", "--patience", "--awake", "--expect", "--status"}
    assert absent.isdisjoint(command)
