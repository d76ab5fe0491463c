"""What the generator understands of the answers that it gets, and what it survives."""

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from benchmarks import load
from benchmarks.generator import compile_into
from benchmarks.load import Question, request
from tests.benchmarks.servers import TEN, Server, answer, answering, asked, closing, question

PRICE = Question(request("/predict", b"{}"), expect="price: 19.76")
EXPECTING = replace(TEN, questions=(PRICE,))
STRICT = ("-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
_CHUNKS = b"7\r\nprice: \r\n5;of=many\r\n19.76\r\n0\r\n"
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
WHOLE = {
    "plain": answer(body=b"the price: 19.76!"),
    "names in capitals": answer(body=b"price: 19.76").replace(b"Content-Length", b"CONTENT-LENGTH"),
    "names in small letters, no blank": answer(body=b"price: 19.76").lower().replace(
        b"http/1.1 200 ok", b"HTTP/1.1 200").replace(b"length: ", b"length:"),
    "lines that end in LF": answer(body=b"price: 19.76").replace(b"\r\n", b"\n"),
    "other headers": answer("200 OK", b"price: 19.76", "X-Content-Length: 3", "Set-Cookie: a: b"),
    "an interim answer": b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + answer(body=b"price: 19.76"),
    "chunks": _CHUNKED + _CHUNKS + b"\r\n",
    "chunks and trailers": _CHUNKED + _CHUNKS + b"Digest: 1\r\nExpires: 2\r\n\r\n",
    "chunks and capitals": _CHUNKED.upper() + _CHUNKS + b"\r\n",
    "HTTP/1.0, kept alive": answer("200 OK", b"price: 19.76", "Connection: keep-alive").replace(
        b"HTTP/1.1", b"HTTP/1.0"),
    "a long one": answer(body=b"x" * 100_000 + b"price: 19.76"),
}  # fmt: skip
BROKEN = {
    "no status": b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
    "another protocol": b"HTTP/2 200\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "a length of words": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    "a length beyond memory": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "a header without a name": b"HTTP/1.1 200 OK\r\nContent-Length\r\n\r\n",
    "chunks of no size": _CHUNKED + b"\r\n\r\n",
    "chunks longer than they say": _CHUNKED + b"1\r\nabc\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_in_one_piece(name: str) -> None:
    """Its body is what it says, and the connection goes on to the next."""
    found = asked(answering(WHOLE[name]), EXPECTING)
    assert (found.answered, found.bad, found.reopened) == (10, 0, 0)


def piecemeal(whole: bytes) -> Server:
    """A server that gives the answer in pieces of one to three bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await question(reader) is not None:
            for start in range(0, len(whole), 3):
                writer.write(whole[start : start + 1])
                await asyncio.sleep(0)
                writer.write(whole[start + 1 : start + 3])
                await asyncio.sleep(0)

    return serve


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "a long one"])
def test_an_answer_in_many_pieces(name: str) -> None:
    """It is put together."""
    found = asked(piecemeal(WHOLE[name]), EXPECTING)
    assert (found.answered, found.bad, found.reopened) == (10, 0, 0)


@pytest.mark.parametrize("version", ["0", "1"])
def test_an_answer_that_ends_with_its_connection(version: str) -> None:
    """Where it tells no length."""
    found = asked(closing(f"HTTP/1.{version} 200 OK\r\n\r\nprice: 19.76".encode()), EXPECTING)
    assert (found.answered, found.bad) == (10, 0)


def test_an_answer_without_a_body() -> None:
    """It is complete with its head, and no price."""
    found = asked(answering(b"HTTP/1.1 204 No Content\r\n\r\n"), EXPECTING)
    assert (found.wrong, found.failed, found.reopened) == (10, 0, 0)


@pytest.mark.parametrize("body", [b"", b"price: 19.7", b"price: 19.\r\n76"])
def test_another_body_is_wrong(body: bytes) -> None:
    """What is expected has to be in it, in one piece."""
    found = asked(answering(answer(body=body), WHOLE["plain"]), EXPECTING)
    assert (found.answered, found.wrong, found.failed) == (5, 5, 0)


def test_what_is_expected_is_in_the_body() -> None:
    """Not in the head."""
    found = asked(answering(answer("200 OK", b"{}", "X-Note: price: 19.76")), EXPECTING)
    assert found.wrong == 10


def test_more_than_an_answer_ends_the_connection() -> None:
    """What more there is would be taken for the next answer."""
    found = asked(answering(WHOLE["plain"] + b"HTTP/1.1 500 Internal"), EXPECTING)
    assert found.answered == 10
    assert found.reopened in {9, 10}


@pytest.mark.parametrize("name", BROKEN)
def test_no_answer_at_all(name: str) -> None:
    """It has failed, whatever else comes over that connection."""
    found = asked(answering(BROKEN[name]), EXPECTING)
    assert (found.failed, found.bad) == (10, 10)
    assert found.reopened in {9, 10}


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generator, compiled with sanitizers and without a single warning."""
    built = tmp_path_factory.mktemp("native") / "load"
    compile_into(built, (*STRICT, *SANITIZERS))
    return built


def damaged(whole: bytes, random: Random) -> bytes:
    """The answer with some of its bytes changed, taken out or added."""
    parts = bytearray(whole)
    for _ in range(random.randrange(1, 4)):
        place, length = random.randrange(len(parts) + 1), random.randrange(20)
        change = random.choice([bytes([random.randrange(256)]), b"\r\n", b"", b"9" * length])
        parts[place : place + random.randrange(length + 1)] = change
    return bytes(parts)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_answer_breaks_it(sanitized: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of sound and damaged ones in two pieces, of which the second may be lost."""
    random = Random(seed)
    sound = [*WHOLE.values(), *BROKEN.values()]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept = True
        while kept and await question(reader) is not None:
            whole, kept = random.choice(sound), random.random() < 0.3
            given = whole if kept else damaged(whole, random)
            middle = random.randrange(len(given) + 1)
            writer.write(given[:middle])
            await asyncio.sleep(0)
            if not kept and random.random() < 0.2:
                writer.transport.abort()
            writer.write(given[middle:])

    monkeypatch.setattr(load, "program", lambda: sanitized)
    found = asked(serve, replace(EXPECTING, seconds=0.3, rate=2000, connections=20))
    assert min(found.answered, found.wrong, found.failed, found.reopened) > 0
    assert found.answered + found.wrong + found.failed == 600
