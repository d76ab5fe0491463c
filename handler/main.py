"""The entry point of the Lambda function: `handler.main.handler`."""

import asyncio
import logging
import os
import sys

from mangum import Mangum

from api import logs
from api.app import load_app
from api.problems import MEDIA_TYPE
from api.settings import read_settings

_TEXT = [
    "text/",
    "application/json",
    "application/javascript",
    MEDIA_TYPE,
    "application/x-ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "application/openmetrics-text",
]
"""Content types that go back as they are; Mangum sends all others in base64."""


def create_handler() -> Mangum:
    """The app behind Mangum, its model loaded once, before the first event."""
    asyncio.set_event_loop(asyncio.new_event_loop())  # Python 3.12 and newer make none unasked
    settings = read_settings(os.environ)
    logs.configure(settings.log_level, sys.stdout)
    logging.getLogger("mangum").setLevel(logging.WARNING)  # its line a request is one too many
    return Mangum(load_app(settings), lifespan="off", text_mime_types=_TEXT)


handler = create_handler()
