"""boto3 sessions of the twin's: every client in this process is recorded and can be struck."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
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
import botocore.useragent
import botocore.waiter
import moto.core.responses
import moto.core.utils
from botocore.client import BaseClient, ClientCreator
from botocore.hooks import EventAliaser
from botocore.loaders import Loader
from botocore.model import ServiceModel

from tests.twin.clock import Clock
from tests.twin.faults import Faults
from tests.twin.recorder import Recorder


def session(region: str) -> boto3.Session:
    """A new session that shares what is slow to load."""
    inner = botocore.session.get_session()
    inner.register_component("data_loader", _loader())
    return boto3.Session(botocore_session=inner, region_name=region)


Methods = Callable[[ClientCreator, ServiceModel], dict[str, Any]]
Alias = Callable[[EventAliaser, str], str]
Model = Callable[[ClientCreator, str, str | None], ServiceModel]


@cache
def _loader() -> Loader:
    loader: Loader = botocore.session.get_session().get_component("data_loader")
    return loader


def _methods_once(create: Methods) -> Methods:
    """The methods of a client are the same for every client, and slow to make."""
    made: dict[str, dict[str, Any]] = {}

    def create_methods(creator: ClientCreator, model: ServiceModel) -> dict[str, Any]:
        if model.service_name not in made:
            made[model.service_name] = create(creator, model)
        return dict(made[model.service_name])

    return create_methods


def _model_once(load: Model) -> Model:
    """And so is the model of a service, which finds out its operations one by one."""
    loaded: dict[str, ServiceModel] = {}

    def load_model(creator: ClientCreator, name: str, version: str | None = None) -> ServiceModel:
        if name not in loaded:
            loaded[name] = load(creator, name, version)
        return loaded[name]

    return load_model


def _alias_once(alias: Alias) -> Alias:
    """And the names of events, of which every client finds out all again."""
    known: dict[str, str] = {}

    def alias_event_name(aliaser: EventAliaser, name: str) -> str:
        if name not in known:
            known[name] = alias(aliaser, name)
        return known[name]

    return alias_event_name


def _untraced(act: Callable[..., Any]) -> Callable[..., Any]:
    """Nothing of what is measured runs below here, and to look at every call costs as much again.

    The trace function is put back in the frame that took it away, as coverage's tracer needs.
    """

    def untraced(*arguments: Any, **options: Any) -> Any:
        trace = sys.gettrace()
        sys.settrace(None)
        try:
            return act(*arguments, **options)
        finally:
            sys.settrace(trace)

    return untraced


_sanitize = cache(vars(botocore.useragent)["sanitize_user_agent_string_component"])
_method_names = cache(moto.core.utils.method_names_from_class)
_alias_event_name = _alias_once(vars(EventAliaser)["_alias_event_name"])
_create_client = _untraced(vars(ClientCreator)["create_client"])
_make_request = _untraced(vars(BaseClient)["_make_request"])
_create_methods = _methods_once(vars(ClientCreator)["_create_methods"])
_load_model = _model_once(vars(ClientCreator)["_load_service_model"])


@contextmanager
def quick() -> Iterator[None]:
    """While this lasts, clients are made of what was made before, and moto looks things up once."""
    with (
        patch.object(EventAliaser, "_alias_event_name", _alias_event_name),
        patch.object(BaseClient, "_make_request", _make_request),
        patch.object(ClientCreator, "create_client", _create_client),
        patch.object(ClientCreator, "_create_methods", _create_methods),
        patch.object(ClientCreator, "_load_service_model", _load_model),
        patch.object(botocore.useragent, "sanitize_user_agent_string_component", _sanitize),
        patch.object(moto.core.responses, "method_names_from_class", _method_names),
    ):
        yield


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
