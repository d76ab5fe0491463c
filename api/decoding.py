"""Decoding: the bytes of a body to plain values, and one clear problem for what is not JSON."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from api.problems import Problem, named
from model.numerals import NUMERAL


@dataclass(frozen=True, slots=True)
class Duplicated:
    """What an object that names one key twice decodes to: the key."""

    key: str


def decode_text(body: bytes) -> str:
    """The text of a body. Raises `Problem` 400 for an empty one or for what is not UTF-8."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(
            400, f"The body is not valid UTF-8 at byte {error.start}. Send it as UTF-8."
        ) from None
    if not text.strip():
        raise Problem(400, "The body is empty. See /docs for what to send.")
    return text


def decode_json(text: str) -> Any:
    """The value of a JSON text. Raises `Problem` 400 for what is not JSON.

    NaN and Infinity, bare or as a number too large, come out as such floats for the validation
    of the field they stand in to refuse, as do `Duplicated` objects.
    """
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise _malformed(error) from None


def decode_array(
    text: str, longest: int, read: Callable[[str], Any] = lambda _: None
) -> Iterator[Any]:
    """The elements of a JSON array, decoded one at a time as they are asked for.

    What may be an object without another one inside is offered to `read` first, as text: what that
    makes of it, if it is not None, is given instead. It has to be an object that is complete.
    No more than `longest` characters are looked at for one of them, so that none can take long.
    Raises `Problem` 400 where the text stops being JSON, 422 if it is not an array.
    """
    position = _skip_space(text, 0)
    if text[position : position + 1] != "[":
        raise Problem(422, "Expected a JSON array of objects, one for each row.")
    position = _skip_space(text, position + 1)
    closed = text.startswith("]", position)
    while not closed:
        element, position = _read_element(text, position, longest, read)
        yield element
        comma = _COMMA.match(text, position)
        position = comma.end() if comma else _skip_space(text, position)
        closed = not comma
        if closed and not text.startswith("]", position):
            raise _malformed(json.JSONDecodeError("Expecting ',' delimiter", text, position))
    position = _skip_space(text, position + 1)
    if position != len(text):
        raise _malformed(json.JSONDecodeError("Extra data", text, position))


def decode_number(text: str) -> float | str:
    """The number in a CSV field, or the text itself where it is none ("NaN", "1_000", "abc")."""
    return float(text) if _NUMBER.fullmatch(text) else text


def _read_element(
    text: str, position: int, longest: int, read: Callable[[str], Any]
) -> tuple[Any, int]:
    flat = _FLAT.match(text, position, position + longest)
    element = read(flat[0]) if flat else None
    if flat is None or element is None:
        return _decode_element(text, position, longest)
    return element, flat.end()


def _decode_element(text: str, position: int, longest: int) -> tuple[Any, int]:
    window = text[position : position + longest]
    try:
        element, size = _DECODER.raw_decode(window)
    except json.JSONDecodeError as error:
        if len(text) - position > longest:
            detail = f"The element at character {position} does not end within {longest}."
            raise Problem(413, detail) from None
        raise _malformed(json.JSONDecodeError(error.msg, text, position + error.pos)) from None
    except (ValueError, RecursionError) as error:
        raise _malformed(error) from None
    return element, position + size


def _malformed(error: ValueError | RecursionError) -> Problem:
    if isinstance(error, json.JSONDecodeError):
        where = f"line {error.lineno}, column {error.colno}"
        return Problem(400, f"The body is not valid JSON: {error.msg} at {where}.")
    return Problem(400, "The body is nested too deeply. Send flat objects with the features.")


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Duplicated:
    document = dict(pairs)
    if len(document) == len(pairs):
        return document
    ((key, _),) = Counter(key for key, _ in pairs).most_common(1)
    return Duplicated(named(key))


def _integer(digits: str) -> int | float:
    """An integer; one of more digits than any float has comes out infinite."""
    return int(digits) if len(digits) <= 300 else float(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer)
_FLAT = re.compile(r"\{[^{}]*\}")
_SPACE = re.compile(r"[ \t\n\r]*")
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_NUMBER = re.compile(rf"\s*{NUMERAL}\s*", re.ASCII)
