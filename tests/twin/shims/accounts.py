"""The settings of the account, whose address moto's Lambda does not know; a rule answers there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from moto.awslambda import urls
from moto.awslambda.responses import LambdaResponse

ADDRESS = r"{0}/(?P<api_version>[^/]+)/account-settings/?$"


@contextmanager
def mended() -> Iterator[None]:
    with patch.dict(urls.url_paths, {ADDRESS: LambdaResponse.dispatch}):
        yield
