"""Servers that misbehave as told, in this process, while the generator asks them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from benchmarks.load import Load, Plan, Question, request, run

T = TypeVar("T")
Visits = list[tuple[asyncio.Task[None], asyncio.StreamWriter]]
Server = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
QUESTION = Question(request("/predict", b"{}"))
TEN = Plan(port=0, questions=(QUESTION,), seconds=0.1, connections=1, rate=100)
"""Ten requests on one connection, in a tenth of a second."""
_GONE = (asyncio.IncompleteReadError, ConnectionError)


def asked(server: Server, plan: Plan = TEN) -> Load:
    """What comes of the plan, whose port is that of the server."""
    return asyncio.run(during(server, lambda port: run(replace(plan, port=port))))


async def during(server: Server, ask: Callable[[int], T], port: int = 0) -> T:
    """What comes of asking the server on its port, in a thread; port 0 is any that is free."""
    visits: Visits = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await server(reader, writer)
        finally:
            writer.close()

    async with asyncio.TaskGroup() as group:  # what fails in a server fails here

        def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            visits.append((group.create_task(serve(reader, writer)), writer))

        async with await asyncio.start_server(visit, "127.0.0.1", port) as listening:
            address = listening.sockets[0].getsockname()
            try:
                found = await asyncio.to_thread(ask, address[1])
                await _come_last(address, visits)
            finally:
                for serving, writer in visits:
                    serving.cancel()
                    writer.transport.abort()
    return found


async def _come_last(address: tuple[str, int], visits: Visits) -> None:
    """Visit it too: whoever came before has then been seen, and can be seen off."""
    _, last = await asyncio.open_connection(*address)
    mine = last.get_extra_info("sockname")
    while mine not in [writer.get_extra_info("peername") for _, writer in visits]:  # noqa: ASYNC110 - some turns
        await asyncio.sleep(0)
    last.close()


async def head(reader: asyncio.StreamReader) -> bytes | None:
    """The head of the next request; None where no more come."""
    with suppress(*_GONE):
        return await reader.readuntil(b"\r\n\r\n")
    return None


async def question(reader: asyncio.StreamReader) -> bytes | None:
    """The body of the next request; None where no more come."""
    before = await head(reader)
    if before is not None:
        with suppress(*_GONE):
            return await reader.readexactly(int(before.partition(b"Content-Length: ")[2]))
    return None


def answering(*answers: bytes) -> Server:
    """A server that gives these answers in turn, over and over."""
    turn = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal turn
        while await question(reader) is not None:
            writer.write(answers[turn % len(answers)])
            turn += 1

    return serve


def stalling(seconds: float) -> Server:
    """A server that answers nothing for so long after the first request, then all at once."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await question(reader) is not None:
            asyncio.get_running_loop().call_later(seconds, over.set)
            await over.wait()
            writer.write(answer())

    return serve


def closing(answer: bytes) -> Server:
    """A server that gives this answer and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await question(reader) is not None:
            writer.write(answer)

    return serve


def answer(status: str = "200 OK", body: bytes = b"{}", *headers: str) -> bytes:
    """The bytes of an answer."""
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body
