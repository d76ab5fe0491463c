"""The events by which AWS hands an HTTP request to a function, as far as they are read."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

Event = dict[str, Any]
MakeEvent = Callable[..., Event]


def rest(
    method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> Event:
    """A REST API of API Gateway: payload version 1.0."""
    path, _, query = path.partition("?")
    parameters = dict(pair.split("=") for pair in query.split("&") if pair)
    headers = headers or {}
    return {
        "resource": "/{proxy+}",
        "version": "1.0",
        "httpMethod": method,
        "path": path,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": parameters or None,
        "multiValueQueryStringParameters": {k: [v] for k, v in parameters.items()} or None,
        "requestContext": {"httpMethod": method, "identity": {"sourceIp": "198.51.100.7"}},
        "body": body,
        "isBase64Encoded": False,
    }


def http(
    method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> Event:
    """An HTTP API of API Gateway: payload version 2.0."""
    path, _, query = path.partition("?")
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name.lower(): value for name, value in (headers or {}).items()},
        "requestContext": {
            "domainName": "id.execute-api.example",
            "http": {"method": method, "path": path, "sourceIp": "198.51.100.7"},
        },
        "isBase64Encoded": False,
    }
    return event if body is None else event | {"body": body}


def function_url(
    method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> Event:
    """A function's own URL: as an HTTP API, but that it encodes what is not known as text."""
    event = http(method, path, body, headers)
    event["requestContext"]["domainName"] = "id.lambda-url.example"
    return event if body is None else encoded(event)


def balancer(
    method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> Event:
    """A load balancer: single-value headers."""
    path, _, query = path.partition("?")
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:group"}},
        "httpMethod": method,
        "path": path,
        "queryStringParameters": dict(pair.split("=") for pair in query.split("&") if pair),
        "headers": {"x-forwarded-for": "198.51.100.7"} | dict(headers or {}),
        "body": body or "",
        "isBase64Encoded": False,
    }


def balancer_multi(
    method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> Event:
    """A load balancer whose target group has multi-value headers enabled."""
    event = balancer(method, path, body, headers)
    single, query = event.pop("headers"), event.pop("queryStringParameters")
    event["multiValueHeaders"] = {name: [value] for name, value in single.items()}
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
    return event


def encoded(event: Event) -> Event:
    """The same event with its body in base64."""
    body = base64.b64encode(event["body"].encode()).decode()
    return event | {"body": body, "isBase64Encoded": True}


EVENTS: tuple[MakeEvent, ...] = (rest, http, function_url, balancer, balancer_multi)
