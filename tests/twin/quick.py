"""What botocore and moto do for every client and every call, done once or not at all.

Nothing of it is what a test is about: what is asked and what is answered stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import botocore.auth
import botocore.httpsession
import botocore.regions
import botocore.useragent
import moto.core.models
import moto.core.responses
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient, ClientCreator
from botocore.compat import HTTPHeaders
from botocore.endpoint_provider import EndpointProvider
from botocore.hooks import BaseEventHooks, EventAliaser
from botocore.model import ServiceModel, Shape
from botocore.useragent import UserAgentString
from moto.core.base_backend import BaseBackend
from moto.core.request import Request
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.ec2.models.instance_types import InstanceTypeOfferingBackend

from tests.twin import requests
from tests.twin.untraced import untraced

Methods = Callable[[ClientCreator, ServiceModel], dict[str, Any]]
Alias = Callable[[EventAliaser, str], str]
Model = Callable[[ClientCreator, str, str | None], ServiceModel]
Keys = Callable[[XFormedAttributePicker, AttributePickerContext], Iterator[str]]
Urls = dict[str, Callable[..., Any]]


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


def _provider_once(make: Callable[..., EndpointProvider]) -> Callable[..., EndpointProvider]:
    """And the rules by which a service's endpoint is found, with what they have found so far."""
    made: dict[int, tuple[Any, EndpointProvider]] = {}

    def provider(*, ruleset_data: Any, **others: Any) -> EndpointProvider:
        """Known by identity: the loader gives the same rules each time, and here they are kept."""
        if id(ruleset_data) not in made:
            made[id(ruleset_data)] = ruleset_data, make(ruleset_data, **others)
        return made[id(ruleset_data)][1]

    return provider


class _Unsigned(SigV4Auth):
    """Tells moto the account and the region; nobody looks at the signature."""

    def canonical_request(self, request: AWSRequest) -> str:
        return ""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        return HTTPHeaders()

    def signature(self, string_to_sign: str, request: AWSRequest) -> str:
        return "none"


class _UnsignedS3(_Unsigned, S3SigV4Auth):
    """The same with the headers that S3 wants."""


def _user_agent(agent: UserAgentString, operation_name: str, **_: Any) -> None:
    """Leave the header as it was made with the client; botocore would make it anew each time."""


def _not_at_all(_: Callable[..., Any]) -> Callable[..., None]:
    """Botocore inspects the signature of each of a client's handlers, which are its own."""
    return lambda *_: None


def _urls_once(urls: property) -> property:
    """The addresses of a service of moto's, which makes them anew for every request."""
    known: dict[type[BaseBackend], Urls] = {}

    def urls_of(backend: BaseBackend) -> Urls:
        if type(backend) not in known:
            known[type(backend)] = urls.__get__(backend)
        return known[type(backend)]

    return property(urls_of)


def _offerings_once(find: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Which instance types there are where: moto looks through all of them for every request."""
    known: dict[tuple[Any, ...], list[Any]] = {}

    def offerings(
        backend: Any, location_type: str | None = None, filters: dict[str, Any] | None = None
    ) -> list[Any]:
        wanted = tuple((key, tuple(values)) for key, values in (filters or {}).items())
        key = backend.region_name, location_type, wanted
        if key not in known:
            known[key] = find(backend, location_type, filters)
        return list(known[key])

    return offerings


def _keys_once(find: Keys) -> Keys:
    """Under which names moto looks for a member of an answer: the same in all things of a kind."""
    known: dict[tuple[type, Shape, str], tuple[str, ...]] = {}

    def keys(picker: XFormedAttributePicker, context: AttributePickerContext) -> Iterator[str]:
        wanted = type(context.obj), context.shape, context.key
        if wanted not in known:
            known[wanted] = tuple(find(picker, context))
        return iter(known[wanted])

    return keys


def _once(owner: Any, name: str, once: Callable[..., Any]) -> tuple[Any, str, Any]:
    """A patch that makes something of what it takes the place of."""
    return owner, name, once(vars(owner)[name])


_PATCHES: list[tuple[Any, str, Any]] = [
    _once(BaseClient, "_convert_to_request_dict", untraced),
    _once(BaseClient, "_resolve_endpoint_ruleset", untraced),
    _once(BaseClient, "_make_request", untraced),
    _once(ClientCreator, "create_client", untraced),
    _once(ClientCreator, "_create_methods", _methods_once),
    _once(ClientCreator, "_load_service_model", _model_once),
    _once(EventAliaser, "_alias_event_name", _alias_once),
    _once(botocore.regions, "EndpointProvider", _provider_once),
    _once(botocore.httpsession, "create_urllib3_context", cache),
    _once(botocore.useragent, "sanitize_user_agent_string_component", cache),
    (UserAgentString, "rebuild_and_replace_user_agent_handler", _user_agent),
    _once(BaseEventHooks, "_verify_accept_kwargs", _not_at_all),
    _once(Request, "from_primitives", requests.made_directly),
    (moto.core.models, "RESPONSES_METHODS", []),  # for requests, with which nobody here asks AWS
    _once(moto.core.responses, "method_names_from_class", cache),
    _once(InstanceTypeOfferingBackend, "describe_instance_type_offerings", _offerings_once),
    _once(XFormedAttributePicker, "get_possible_keys", _keys_once),
]


@contextmanager
def quick() -> Iterator[None]:
    """While this lasts, nothing is made or looked up twice."""
    signers = {"v4": _Unsigned, "s3v4": _UnsignedS3}
    urls = _once(BaseBackend, "urls", _urls_once)  # only now: shims add some
    with ExitStack() as stack:
        stack.enter_context(patch.dict(botocore.auth.AUTH_TYPE_MAPS, signers))
        for owner, name, new in (*_PATCHES, urls):
            stack.enter_context(patch.object(owner, name, new))
        yield
