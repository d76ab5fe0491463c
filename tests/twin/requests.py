"""Requests for moto, made without werkzeug's builder, which takes a dozen steps for each."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import SplitResult, urlsplit

from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    Request,
    environ_key_for_header,
    should_preserve_original_header_name,
)

PLAIN = re.compile(r"/|(/[\w.:-]+)+/?", re.ASCII)
PORTS = {"http": 80, "https": 443}


def made_directly(make: classmethod[Request, Any, Request]) -> classmethod[Request, Any, Request]:
    """Makes a request of its parts.

    Paths with anything quoted, and bodies that are streams, are left to the builder.
    """

    def from_primitives(
        cls: type[Request], method: str, url: str, headers: Mapping[str, Any], body: Any = None
    ) -> Request:
        address = urlsplit(url)
        if isinstance(body, str):
            body = body.encode()
        if isinstance(body, bytes | None) and PLAIN.fullmatch(address.path):
            return cls(_environ(method, address, headers, body or b""))
        return make.__get__(None, cls)(method, url, headers, body)

    return classmethod(from_primitives)


def _environ(
    method: str, address: SplitResult, headers: Mapping[str, Any], body: bytes
) -> dict[str, Any]:
    """A request in the form of WSGI."""
    named = {
        environ_key_for_header(name): value.decode() if isinstance(value, bytes) else value
        for name, value in headers.items()
        if name.lower() != "transfer-encoding"
    }
    kept = {
        environ_key_for_header(name): name
        for name in headers
        if should_preserve_original_header_name(name)
    }
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "REQUEST_URI": address.path,
        "RAW_URI": address.path,
        "SERVER_NAME": address.hostname or "",
        "SERVER_PORT": str(address.port or PORTS[address.scheme]),
        "HTTP_HOST": address.netloc,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": address.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **named,
        "CONTENT_LENGTH": str(len(body)),
        PRESERVED_HEADER_NAMES_ENVIRON_KEY: kept,
    }
