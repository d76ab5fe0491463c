"""UBJSON as XGBoost writes it, decoded without trusting a single length in it.

The library's own reader takes lengths at their word: a file cut short can end the process or
exhaust its memory. The format: https://ubjson.org.
"""

import struct
import sys
from array import array
from typing import Any

_DEPTH = 64
_FORMS = {"i": ">b", "U": ">B", "I": ">h", "l": ">i", "L": ">q", "d": ">f", "D": ">d"}
_NUMBERS = {marker: struct.Struct(form) for marker, form in _FORMS.items()}
_ARRAYS = {"i": "b", "U": "B", "I": "h", "l": "i", "L": "q", "d": "f", "D": "d"}
_CONSTANTS = {"T": True, "F": False, "Z": None}


class Malformed(ValueError):
    """The bytes are not what they claim to be; the message says where."""


def decode_ubjson(document: bytes) -> Any:
    """The value in a whole document: dicts, lists, strings, numbers, typed arrays as `array`.

    Raises `Malformed` for a document that is cut short, goes on after its end, or holds what
    is not UBJSON.
    """
    cursor = _Cursor(document)
    value = cursor.value(cursor.marker(), 0)
    if cursor.position != len(document):
        raise Malformed(f"it goes on after its end at byte {cursor.position}")
    return value


class _Cursor:
    """A place in a document, which moves on with all that is read."""

    def __init__(self, document: bytes) -> None:
        self.position = 0
        self._document = document

    def marker(self) -> str:
        return chr(self._take(1)[0])

    def value(self, marker: str, depth: int) -> Any:
        if depth > _DEPTH:
            raise Malformed("it is nested too deeply")
        if marker == "[":
            return self._array(depth + 1)
        if marker == "S":
            return self._text(self._length(self.marker()))
        if marker == "{":
            return self._object(depth + 1)
        if marker in _NUMBERS:
            return self._number(marker)
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        raise Malformed(f"the type {marker!r} at byte {self.position - 1} is none of UBJSON")

    def _object(self, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while (marker := self.marker()) != "}":
            key = self._text(self._length(marker))
            members[key] = self.value(self.marker(), depth)
        return members

    def _array(self, depth: int) -> Any:
        marker = self.marker()
        if marker == "$":
            return self._typed_array()
        if marker == "#":
            length = self._length(self.marker())
            return [self.value(self.marker(), depth) for _ in range(length)]
        items = []
        while marker != "]":
            items.append(self.value(marker, depth))
            marker = self.marker()
        return items

    def _typed_array(self) -> "array[Any]":
        kind = _ARRAYS.get(self.marker())
        if kind is None or self.marker() != "#":
            raise Malformed(f"the array at byte {self.position} has no type or no length")
        values = array(kind)
        values.frombytes(self._take(self._length(self.marker()) * values.itemsize))
        if sys.byteorder == "little":
            values.byteswap()
        return values

    def _length(self, marker: str) -> int:
        length = self._number(marker) if marker in _NUMBERS else None
        if not isinstance(length, int) or not 0 <= length <= len(self._document):
            raise Malformed(f"a length at byte {self.position} is not possible")
        return length

    def _number(self, marker: str) -> int | float:
        form = _NUMBERS[marker]
        number: int | float = form.unpack(self._take(form.size))[0]
        return number

    def _text(self, length: int) -> str:
        try:
            return self._take(length).decode()
        except UnicodeDecodeError as error:
            raise Malformed(f"a text before byte {self.position} is not UTF-8") from error

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._document):
            raise Malformed(f"it ends at byte {len(self._document)}, in the middle of a value")
        taken = self._document[self.position : end]
        self.position = end
        return taken
