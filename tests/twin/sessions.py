"""boto3 sessions of the twin's: every client in this process is recorded and can be struck."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import botocore.endpoint
import botocore.handlers
import botocore.session
import botocore.waiter
from botocore.loaders import Loader

from tests.twin.clock import Clock
from tests.twin.faults import Faults
from tests.twin.recorder import Recorder


def session(region: str) -> boto3.Session:
    """A new session that shares what is slow to load."""
    inner = botocore.session.get_session()
    inner.register_component("data_loader", _loader())
    return boto3.Session(botocore_session=inner, region_name=region)


@cache
def _loader() -> Loader:
    loader: Loader = botocore.session.get_session().get_component("data_loader")
    return loader


@contextmanager
def watched(clock: Clock, recorder: Recorder, faults: Faults) -> Iterator[None]:
    """While this lasts, every new session's clients report here and wait on the clock."""

    def date(parsed: dict[str, Any], **_: object) -> None:
        """S3 tells its time with every answer."""
        headers = parsed.get("ResponseMetadata", {}).setdefault("HTTPHeaders", {})
        headers["date"] = format_datetime(clock.now(), usegmt=True)

    handlers = [
        *botocore.handlers.BUILTIN_HANDLERS,
        ("before-parameter-build", recorder.note),
        ("before-call", faults.before_call),
        ("before-send", faults.before_send, botocore.handlers.REGISTER_FIRST),
        ("after-call", faults.after_call),
        ("after-call.s3", date),
    ]
    virtual = SimpleNamespace(sleep=clock.sleep)
    with (
        patch.object(botocore.handlers, "BUILTIN_HANDLERS", handlers),
        patch.object(botocore.endpoint, "time", virtual),
        patch.object(botocore.waiter, "time", virtual),
    ):
        yield
