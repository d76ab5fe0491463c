import io
import json
import logging
from datetime import UTC, datetime

import pytest

from api.logs import FIELDS, Lines, configure


def lines_of(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_line(root_logger: logging.Logger) -> None:
    """A record is one line of JSON: time in UTC, level, logger, message and its own fields."""
    stream = io.StringIO()
    configure("info", stream)
    root_logger.getChild("some.part").warning("of %s\n", "line", extra={FIELDS: {"status": 200}})
    (line,) = lines_of(stream)
    written = datetime.fromisoformat(str(line.pop("time")))
    assert abs((datetime.now(UTC) - written).total_seconds()) < 60
    assert line == {
        "level": "warning",
        "logger": "some.part",
        "message": "of line\n",
        "status": 200,
    }


def test_milliseconds_have_three_digits(root_logger: logging.Logger) -> None:
    """Times sort as text."""
    stream = io.StringIO()
    configure("info", stream)
    record = root_logger.makeRecord("a", logging.INFO, "", 0, "m", (), None)
    record.created = 1_700_000_000.0075
    root_logger.handle(record)
    assert lines_of(stream)[0]["time"] == "2023-11-14T22:13:20.007Z"


def test_trace_is_in_the_line(root_logger: logging.Logger) -> None:
    """An exception's trace is one string in the same line."""
    stream = io.StringIO()
    configure("info", stream)
    try:
        int("why")
    except ValueError:
        root_logger.exception("failed")
    (line,) = lines_of(stream)
    assert "ValueError: invalid literal" in str(line["trace"])


def test_anything_can_be_logged(root_logger: logging.Logger) -> None:
    """Objects, lone surrogates and control characters still make a line of plain JSON."""
    stream = io.StringIO()
    configure("info", stream)
    root_logger.info("\ud800\x00\u2028", extra={FIELDS: {"what": object()}})
    assert stream.getvalue().isascii()
    assert str(lines_of(stream)[0]["what"]).startswith("<object object")


def test_level(root_logger: logging.Logger) -> None:
    """What is below the level is not written; configuring again replaces, not doubles."""
    first, second = io.StringIO(), io.StringIO()
    configure("info", first)
    configure("error", second)
    root_logger.warning("unseen")
    root_logger.error("seen")
    assert first.getvalue() == ""
    assert [line["message"] for line in lines_of(second)] == ["seen"]


class Pipe(io.StringIO):
    """Notes what is written to it at once."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return super().write(text)


def test_lines_are_written_in_pieces_that_no_pipe_tears() -> None:
    """Whole ones, as many as fit, and one that is longer by itself."""
    pipe = Pipe()
    lines = ["a" * 1999 + "\n"] * 5 + ["b" * 5000 + "\n"] + ["c\n"]
    Lines(pipe).write(lines)
    assert pipe.getvalue() == "".join(lines)
    assert [len(piece) for piece in pipe.pieces] == [4000, 4000, 2000, 5001, 2]


class Full(io.StringIO):
    """A stream whose disk is full."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_lines_that_cannot_be_written_fail_no_request(capsys: pytest.CaptureFixture[str]) -> None:
    """They are told of on standard error."""
    Lines(Full()).write(["a\n"])
    assert "No space left on device" in capsys.readouterr().err
