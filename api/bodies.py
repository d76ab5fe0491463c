"""Bodies: read up to a limit, of a content type that is understood."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing

from fastapi import Request

from api.problems import Problem

_CLOSE = {"Connection": "close"}


def media_type(request: Request, accepted: Iterable[str]) -> str:
    """The media type of a request's body, one of `accepted`; the first where none is named.

    Raises `Problem` 415 naming those accepted, also for a charset other than UTF-8, and for a body
    that is compressed.
    """
    accepted = tuple(accepted)
    coding = ", ".join(request.headers.getlist("content-encoding")) or "identity"
    if coding.strip().lower() != "identity":
        detail = f"The content encoding {coding[:80]!r} is not read here. Send the body as it is."
        raise Problem(415, detail, headers={"Accept-Encoding": "identity"})
    given = request.headers.get("content-type", accepted[0])
    name, _, parameters = given.partition(";")
    name = name.strip().lower()
    charset = _charset(parameters)
    if name not in accepted or charset not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(
            415,
            f"The content type {given[:80]!r} is not read here. "
            f"Send {' or '.join(accepted)}, encoded as UTF-8.",
            headers={"Accept-Post": ", ".join(accepted)},
        )
    return name


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The whole body of a request, of at most `limit` bytes, which come within so many seconds.

    Raises `Problem` 413 as soon as more are announced or received, without reading the rest, 408
    where they come too slowly: the connection is closed instead.
    """
    if _announced(request) > limit:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError:
        detail = f"The body did not come within {seconds:g} seconds. Send less, or send it sooner."
        raise Problem(408, detail, headers=_CLOSE) from None


async def _read(request: Request, limit: int) -> bytes:
    body = bytearray()
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > limit:
                raise _too_large(limit)
    return bytes(body)


def _announced(request: Request) -> float:
    """The bytes in the content-length; as a float, which takes any number of digits."""
    length = request.headers.get("content-length", "0")
    return float(length) if length.isdecimal() else 0.0


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        f"The body has more than {limit} bytes. Send less, or split it into several requests.",
        headers=_CLOSE,
    )


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return "utf-8"
