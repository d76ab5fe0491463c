"""Connections that are idle are closed after a while, and heads that do not end are refused."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.api.asking import Question
from tests.api.bad_texts import GOOD
from tests.api.timers import Timers
from tests.api.wire import Wire, on_a_wire, written

PRICE = written(Question("/predict", GOOD))
OF_THE_APP = written(Question("/predict?x=1", GOOD))
HEAD = PRICE[: -len(GOOD)]


def in_time(scene: Callable[[Wire, Timers], Awaitable[None]]) -> None:
    """Play a scene on a connection that may be idle for 75 seconds, and wait 60 for a request."""

    async def play(other: Wire, state: dict[str, Any]) -> None:
        timers = Timers(asyncio.get_running_loop())
        wire = Wire(other.app, state, loop=timers)
        await scene(wire, timers)
        await wire.leave()
        assert timers.due == []

    on_a_wire(play)


def assert_closes_at(now: float, wire: Wire, timers: Timers) -> None:
    """Then, and not a moment earlier."""
    timers.pass_to(now - 0.1)
    assert not wire.is_closing()
    timers.pass_to(now)
    assert wire.is_closing()


def test_a_connection_on_which_nothing_comes_is_closed() -> None:
    """As any that is idle."""

    async def scene(wire: Wire, timers: Timers) -> None:
        assert_closes_at(1075.0, wire, timers)
        assert wire.received == b""

    in_time(scene)


def test_an_idle_connection_is_closed_after_a_while() -> None:
    """Counted from its last answer, with one timer for any number of answers."""

    async def scene(wire: Wire, timers: Timers) -> None:
        for second in range(0, 100, 10):
            timers.pass_to(1000.0 + second)
            await wire.send(PRICE)
            assert len(timers.due) == 1
        assert_closes_at(1165.0, wire, timers)

    in_time(scene)


@pytest.mark.parametrize(
    ("asked", "begun"), [(PRICE, 20), (PRICE, len(PRICE) - 9), (OF_THE_APP, len(OF_THE_APP) - 9)]
)
def test_a_connection_on_which_a_request_has_begun_is_not_idle(asked: bytes, begun: int) -> None:
    """Though it began at the last moment; after its answer it may be."""

    async def scene(wire: Wire, timers: Timers) -> None:
        await wire.send(PRICE)
        timers.pass_to(1074.9)
        await wire.send(asked[:begun])
        timers.pass_to(1134.8)
        assert not wire.is_closing()
        await wire.send(asked[begun:])
        assert len(re.findall(b"HTTP/1.1 200", await wire.answered())) == 2
        timers.pass_to(1209.8)
        assert wire.is_closing()

    in_time(scene)


def test_a_connection_whose_request_the_app_has_is_not_idle() -> None:
    """However long it takes."""

    async def scene(wire: Wire, timers: Timers) -> None:
        wire.protocol.data_received(OF_THE_APP)
        timers.pass_to(1200.0)
        assert not wire.is_closing()
        assert (await wire.answered()).startswith(b"HTTP/1.1 200 ")

    in_time(scene)


def test_an_answer_of_the_app_counts_too() -> None:
    """The time runs from the last answer, whoever gave it."""

    async def scene(wire: Wire, timers: Timers) -> None:
        await wire.send(PRICE)
        timers.pass_to(1050.0)
        await wire.send(OF_THE_APP)
        await wire.answered()
        assert_closes_at(1125.0, wire, timers)

    in_time(scene)


@pytest.mark.parametrize("before", [[], [PRICE], [HEAD, GOOD]])
def test_a_head_that_does_not_end_is_given_up(before: list[bytes]) -> None:
    """Though some of it comes now and then: the time runs from its first byte."""

    async def scene(wire: Wire, timers: Timers) -> None:
        await wire.send(*before, HEAD[:9])
        for second in range(10, 60, 10):
            timers.pass_to(1000.0 + second)
            await wire.send(HEAD[second : second + 1])
        assert_closes_at(1060.0, wire, timers)
        answer = wire.received.rpartition(b"HTTP/1.1 ")[2]
        assert answer.startswith(b"400 ")
        assert answer.endswith(b"The head of the request did not come within 60 seconds.")

    in_time(scene)


def test_a_head_that_ends_is_not_given_up() -> None:
    """Its body has as long again, and the next head as long as any."""

    async def scene(wire: Wire, timers: Timers) -> None:
        for start in (1000.0, 1150.0):
            timers.pass_to(start)
            await wire.send(HEAD[:9])
            timers.pass_to(start + 59)
            await wire.send(HEAD[9:])
            timers.pass_to(start + 118)
            await wire.send(GOOD)
        assert len(re.findall(b"HTTP/1.1 200", wire.received)) == 2
        assert not wire.is_closing()

    in_time(scene)


def test_nothing_is_waited_for_from_a_client_that_is_gone() -> None:
    """Neither the rest of a head nor another request."""

    async def scene(wire: Wire, timers: Timers) -> None:
        await wire.send(HEAD[:9])
        assert len(timers.due) == 2

    in_time(scene)


def test_an_answer_is_not_cut_off_by_the_next_head() -> None:
    """The time of a head runs anew as long as the app has the request before it."""

    async def scene(wire: Wire, timers: Timers) -> None:
        wire.protocol.data_received(OF_THE_APP + HEAD[:9])
        timers.pass_to(1060.0)
        assert wire.received == b""
        await wire.answered()
        assert wire.received.startswith(b"HTTP/1.1 200 ")
        assert_closes_at(1120.0, wire, timers)

    in_time(scene)


@pytest.mark.parametrize(
    "piece", [b"a", b"x-more: and more\r\n"], ids=["in one line", "in many lines"]
)
def test_a_head_has_so_many_bytes_at_most(piece: bytes) -> None:
    """Beyond those that came first; the client is told how many."""

    async def scene(wire: Wire, timers: Timers) -> None:
        await wire.send(b"POST /predict HTTP/1.1\r\nx-much: ")
        most = 65_536 // len(piece)
        await wire.send(piece * most)
        assert not wire.is_closing()
        wire.protocol.data_received(piece)
        assert wire.is_closing()
        timers.pass_to(1060.0)
        assert wire.received.startswith(b"HTTP/1.1 400 ")
        assert wire.received.count(b"HTTP/1.1 400 ") == 1
        assert wire.received.endswith(b"The head of the request goes on for more than 65536 bytes.")

    in_time(scene)


def test_a_head_that_comes_slowly_may_be_long() -> None:
    """What was counted is of it alone."""

    async def scene(wire: Wire, _: Timers) -> None:
        for _each in range(3):
            long = HEAD.replace(b"host: ", b"x-much: " + b"a" * 40_000 + b"\r\nhost: ")
            await wire.send(long[:9], long[9:30_000], long[30_000:], GOOD)
        assert len(re.findall(b"HTTP/1.1 200", await wire.answered())) == 3

    in_time(scene)


CHUNKED = b"POST /healthz HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "piece", [b"a", b"x-more: and more\r\n"], ids=["in one line", "in many lines"]
)
def test_trailers_have_so_many_bytes_at_most(piece: bytes) -> None:
    """They are kept as headers are, and nobody reads them."""

    async def scene(wire: Wire, _: Timers) -> None:
        await wire.send(CHUNKED + b"2\r\n{}\r\n0\r\nx-much: ")
        assert (await wire.answered()).startswith(b"HTTP/1.1 4")
        most = 65_536 // len(piece)
        await wire.send(piece * most)
        assert not wire.is_closing()
        await wire.send(piece)
        assert wire.is_closing()

    in_time(scene)


def test_trailers_that_do_not_end_are_given_up() -> None:
    """As a head is."""

    async def scene(wire: Wire, timers: Timers) -> None:
        await wire.send(CHUNKED + b"2\r\n{}\r\n", b"0\r\nx-more: ")
        await wire.answered()
        assert_closes_at(1060.0, wire, timers)

    in_time(scene)


def test_the_pieces_of_a_body_are_no_head() -> None:
    """However many bytes come between their own first and last."""
    long = b"%x\r\n%b\r\n" % (100_000, b" " * 100_000)
    chunked = OF_THE_APP.replace(b"/predict?x=1", b"/predict/batch").replace(
        b"content-length: %d" % len(GOOD), b"transfer-encoding: chunked"
    )[: -len(GOOD)]

    async def scene(wire: Wire, timers: Timers) -> None:
        rows = b"[" + GOOD + b"]"
        parts = long[:7], long[7:40_000], long[40_000:80_000], long[80_000:]
        await wire.send(chunked, *parts, *parts)
        await wire.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(rows), rows))
        assert (await wire.answered()).startswith(b"HTTP/1.1 200 ")
        timers.pass_to(1074.9)
        assert not wire.is_closing()

    in_time(scene)


@pytest.mark.parametrize("at", [1000.0, 1074.0])
def test_the_rest_of_a_body_that_was_answered_early_keeps_no_connection(at: float) -> None:
    """Nor do empty lines between requests: uvicorn's timer ends with the first byte of any."""
    early = b"POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n"

    async def scene(wire: Wire, timers: Timers) -> None:
        timers.pass_to(at)
        await wire.send(early)
        assert (await wire.answered()).startswith(b"HTTP/1.1 404 ")
        timers.pass_to(at + 20)
        await wire.send(b"ab")
        timers.pass_to(at + 50)
        await wire.send(b"cd")
        timers.pass_to(at + 60)
        await wire.send(b"\r\n")
        timers.pass_to(at + 74.9)
        assert not wire.is_closing()
        timers.pass_to(at + 150.0)
        assert wire.is_closing()

    in_time(scene)


def test_a_head_that_is_too_long_takes_no_answer_s_place() -> None:
    """While the app has the request before it, the connection is closed without a word."""

    async def scene(wire: Wire, _: Timers) -> None:
        wire.protocol.data_received(OF_THE_APP + HEAD[:9])
        wire.protocol.data_received(b"a" * 65_537)
        assert wire.is_closing()
        assert wire.received == b""

    in_time(scene)


def test_what_is_no_http_is_told_once() -> None:
    """Its connection is about to be closed: no more is counted or waited for."""

    async def scene(wire: Wire, timers: Timers) -> None:
        wire.protocol.data_received(HEAD[:9])
        wire.protocol.data_received(b"\0" + b"a" * 65_537)
        assert wire.received.count(b"HTTP/1.1 400 ") == 1
        timers.pass_to(1060.0)
        assert wire.received.count(b"HTTP/1.1 400 ") == 1

    in_time(scene)


def test_a_head_has_its_time_though_a_connection_may_be_idle_for_less() -> None:
    """Whoever had the request before it."""

    async def scene(wire: Wire, timers: Timers) -> None:
        wire.protocol.timeout_keep_alive = 10
        wire.protocol.data_received(OF_THE_APP + HEAD[:9])
        await wire.answered()
        assert_closes_at(1060.0, wire, timers)

    in_time(scene)
