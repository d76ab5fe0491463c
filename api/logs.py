"""Logs: one JSON object a line, on standard output."""

import json
import logging
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import TextIO

PIPE_BUF = 4096
"""Bytes that Linux writes to a pipe at once, see pipe(7); a log line is all ASCII."""

FIELDS = "fields"
"""The attribute of a log record that holds the members a line has beyond the common ones."""


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON: time (UTC), level, logger, message and its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for one record; an exception becomes its trace in one string."""
        line = {
            "time": timestamp(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, default=str)


class Lines(logging.StreamHandler[TextIO]):
    """Writes records to a stream, and lines that are finished already."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(JsonFormatter())

    def write(self, lines: Sequence[str]) -> None:
        """Write lines as they are, none of them torn: not even by another process in a pipe.

        What cannot be written is told of on standard error, as of any other record.
        """
        with self.lock or nullcontext():
            for together in _together(lines):
                try:
                    self.stream.write(together)
                    self.flush()
                except OSError:
                    self.handleError(logging.makeLogRecord({"msg": together}))


def _together(lines: Sequence[str]) -> Iterator[str]:
    """The lines, as many together as a pipe takes at once."""
    start, size = 0, 0
    for place, line in enumerate(lines):
        size += len(line)
        if size > PIPE_BUF and place > start:
            yield "".join(lines[start:place])
            start, size = place, len(line)
    yield "".join(lines[start:])


def configure(level: str, stream: TextIO) -> Lines:
    """Send every log record of this process, the server's own too, to `stream`."""
    lines = Lines(stream)
    logging.basicConfig(handlers=[lines], level=level.upper(), force=True)
    return lines


def timestamp(milliseconds: int) -> str:
    """Unix time in milliseconds as a line has it, in UTC."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
