"""The lines of a text file, one at a time, whatever bytes and however many they hold."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LONGEST = 1_000_000
"""How many bytes of a line are kept."""

_BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line with its end. Bytes that are not UTF-8 stand in `text` as lone surrogates.

    `fault` says why it cannot be used, None where it can. `size` counts its bytes in the file.
    """

    number: int
    text: str
    size: int
    fault: str | None


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """Every line of a file, the first without a byte order mark."""
    number = 0
    while content := file.readline(LONGEST):
        number += 1
        size = len(content)
        if not content.endswith(b"\n"):
            size += _skip_rest(file, content)
        if number == 1:
            content = content.removeprefix(_BOM)
        yield _line(number, content, size)


def printable(text: str) -> str:
    """The text without its end, fit for any file: bytes that are not UTF-8 as \\xNN."""
    return (
        text.rstrip("\r\n").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    )


def _line(number: int, content: bytes, size: int) -> Line:
    fault = f"is longer than {LONGEST:,} bytes" if size > LONGEST else None
    try:
        return Line(number, content.decode(), size, fault)
    except UnicodeDecodeError:
        text = content.decode("utf-8", "surrogateescape")
        return Line(number, text, size, fault or "is not valid UTF-8")


def _skip_rest(file: BinaryIO, content: bytes) -> int:
    """Move to the line's end; the number of bytes passed over."""
    skipped = 0
    while content and not content.endswith(b"\n"):
        content = file.readline(LONGEST)
        skipped += len(content)
    return skipped
