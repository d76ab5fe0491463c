"""Logs: one JSON object a line, on standard output."""

import json
import logging
import time
import traceback
from typing import TextIO

FIELDS = "fields"
"""The attribute of a log record that holds the members a line has beyond the common ones."""


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON: time (UTC), level, logger, message and its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for one record; an exception becomes its trace in one string."""
        line = {
            "time": _timestamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, default=str)


def configure(level: str, stream: TextIO) -> None:
    """Send every log record of this process, the server's own too, to `stream`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def _timestamp(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z"
