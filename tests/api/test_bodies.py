import asyncio
from collections.abc import Sequence

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from api.bodies import media_type, read_body
from api.problems import Problem

ACCEPTED = ("application/json", "text/csv")


class Sender:
    """A client that sends its body in pieces, and knows how many were taken."""

    def __init__(self, *pieces: bytes, leaves: bool = False) -> None:
        self._pieces = list(pieces)
        self._leaves = leaves
        self.taken = 0

    async def receive(self) -> Message:
        self.taken += 1
        if self._leaves and not self._pieces:
            return {"type": "http.disconnect"}
        piece = self._pieces.pop(0) if self._pieces else b""
        more = bool(self._pieces) or self._leaves
        return {"type": "http.request", "body": piece, "more_body": more}


def request(sender: Sender, *headers: tuple[str, str]) -> Request:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "method": "POST", "headers": encoded}, sender.receive)


def read(sender: Sender, *headers: tuple[str, str], limit: int = 10) -> bytes:
    return asyncio.run(read_body(request(sender, *headers), limit, 60))


@pytest.mark.parametrize("pieces", [[b""], [b"0123456789"], [b"01234", b"", b"56789"], [b"x"] * 10])
def test_body_up_to_the_limit(pieces: Sequence[bytes]) -> None:
    """A body of as many bytes as allowed is read whole, in however many pieces it comes."""
    assert read(Sender(*pieces)) == b"".join(pieces)


@pytest.mark.parametrize("length", ["11", "100000000000", "9" * 5000, "0011"])
def test_body_announced_too_large_is_not_read(length: str) -> None:
    """Of a body that says that it is too large, not one byte is read; the connection closes."""
    sender = Sender(b"x" * 11)
    with pytest.raises(Problem) as caught:
        read(sender, ("content-length", length))
    assert (caught.value.status, sender.taken) == (413, 0)
    assert caught.value.headers == {"Connection": "close"}
    assert "more than 10 bytes" in caught.value.detail


def test_compressed_body_is_refused() -> None:
    """By the name of what it is, not as bytes that are no UTF-8."""
    assert media_type(request(Sender(), ("content-encoding", "Identity")), ACCEPTED) == ACCEPTED[0]
    twice = request(Sender(), ("content-encoding", "identity"), ("content-encoding", "gzip"))
    with pytest.raises(Problem):
        media_type(twice, ACCEPTED)
    with pytest.raises(Problem) as caught:
        media_type(request(Sender(), ("content-encoding", "gzip")), ACCEPTED)
    assert caught.value.status == 415
    assert caught.value.headers == {"Accept-Encoding": "identity"}
    assert "'gzip'" in caught.value.detail


def test_body_that_does_not_come_is_given_up() -> None:
    """Whoever sends half of it, or nothing, holds no place for ever; the connection closes."""

    async def never() -> Message:
        return await asyncio.Future()

    waiting = Request({"type": "http", "method": "POST", "headers": []}, never)
    with pytest.raises(Problem) as caught:
        asyncio.run(read_body(waiting, 10, seconds=0.001))
    assert caught.value.status == 408
    assert caught.value.headers == {"Connection": "close"}


def test_body_that_does_not_say_is_read_to_the_limit() -> None:
    """A body that does not say how large it is, is read no further than one piece too far."""
    sender = Sender(*[b"12345"] * 1000)
    with pytest.raises(Problem) as caught:
        read(sender)
    assert (caught.value.status, sender.taken) == (413, 3)
    assert caught.value.headers == {"Connection": "close"}


@pytest.mark.parametrize("length", ["", "ten", "-1", "1e9", "²", "0x10"])
def test_announcement_that_is_no_number_is_not_believed(length: str) -> None:
    """What is no length is passed over: the bytes that come are counted in any case."""
    assert read(Sender(b"123"), ("content-length", length)) == b"123"
    with pytest.raises(Problem, match="more than 10 bytes"):
        read(Sender(b"x" * 11), ("content-length", length))


def test_announcement_may_be_a_lie() -> None:
    """A body that is larger than it says is refused all the same."""
    with pytest.raises(Problem, match="more than 10 bytes"):
        read(Sender(b"x" * 11), ("content-length", "1"))


def test_client_that_leaves() -> None:
    """A client that leaves in the midst of its body is told apart from one that sent it all."""
    with pytest.raises(ClientDisconnect):
        read(Sender(b"123", leaves=True))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("application/json", "application/json"),
        ("APPLICATION/JSON ", "application/json"),
        ("text/csv; header=present", "text/csv"),
        ("text/csv;charset=utf-8", "text/csv"),
        ('text/csv; Charset="UTF8"', "text/csv"),
        ("application/json; charset=us-ascii", "application/json"),
        ("application/json;;", "application/json"),
    ],
)
def test_media_type(given: str, expected: str) -> None:
    """The type is read whatever its case and parameters."""
    assert media_type(request(Sender(), ("content-type", given)), ACCEPTED) == expected


def test_no_media_type_is_the_first() -> None:
    """A body without a type is taken for the first that is accepted."""
    assert media_type(request(Sender()), iter(ACCEPTED)) == "application/json"


@pytest.mark.parametrize(
    "given",
    [
        *("", ";", "json", "application/*", "application/json+x", "text/csv; charset=utf-16"),
        *("application/json; charset=", "image/png", "text/csv, application/json", "é"),
    ],
)
def test_other_media_types_are_refused(given: str) -> None:
    """Any other type or charset is a 415 that says what is read."""
    with pytest.raises(Problem) as caught:
        media_type(request(Sender(), ("content-type", given)), ACCEPTED)
    assert caught.value.status == 415
    assert caught.value.headers == {"Accept-Post": "application/json, text/csv"}
    assert "Send application/json or text/csv" in caught.value.detail
