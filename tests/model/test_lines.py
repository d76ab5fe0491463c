"""Lines: whatever bytes a file holds."""

import io

from hypothesis import given
from hypothesis import strategies as st

from model.lines import LONGEST, Line, printable, read_lines
from tests.steady import STEADY


def lines(content: bytes) -> list[Line]:
    return list(read_lines(io.BytesIO(content)))


def test_each_line_has_its_number_and_its_end() -> None:
    """The last one may lack an end; a byte order mark is no part of the first."""
    found = lines(b"\xef\xbb\xbfone\r\n\ntwo")
    assert [line.number for line in found] == [1, 2, 3]
    assert [line.text for line in found] == ["one\r\n", "\n", "two"]
    assert all(line.fault is None for line in found)


def test_bytes_that_are_not_utf8_are_a_fault_of_their_line() -> None:
    """They can be written down all the same."""
    good, bad = lines(b"a\ncaf\xe9\n")
    assert good.fault is None
    assert bad.fault == "is not valid UTF-8"
    assert printable(bad.text) == "caf\\xe9"


def test_a_line_beyond_all_measure_is_cut() -> None:
    """The lines after it have their right numbers."""
    content = b"x" * (3 * LONGEST) + b"\nnext\n"
    long, following = lines(content)
    assert long.fault == "is longer than 1,000,000 bytes"
    assert len(long.text) == LONGEST
    assert (following.number, following.text) == (2, "next\n")
    assert long.size + following.size == len(content)


def test_a_line_of_the_greatest_length_is_whole() -> None:
    """With its end."""
    (line,) = lines(b"x" * (LONGEST - 1) + b"\n")
    assert line.fault is None


@STEADY
@given(st.binary(max_size=300))
def test_no_byte_is_lost(content: bytes) -> None:
    """All sizes sum to the file's, and the text holds every byte of it."""
    found = lines(content)
    assert sum(line.size for line in found) == len(content)
    joined = "".join(line.text for line in found).encode("utf-8", "surrogateescape")
    assert joined == content.removeprefix(b"\xef\xbb\xbf")
    for line in found:
        printable(line.text).encode()
