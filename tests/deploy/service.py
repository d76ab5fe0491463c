"""A service behind the URL, as the smoke test sees it: one golden row, right or wrong."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

from deploy.releases import asking
from deploy.releases.smoke import Smoke

PRICE = 19.76
CARD = {
    "version": "0a1b2c3d4e5f",
    "target": {"name": "price", "minimum": 0, "decimals": 2},
    "features": [{"name": "weight"}],
    "golden": [{"row": [7.0], "price": PRICE}],
}


def _nobody(_: str) -> None:
    """Hear of a signed request and do nothing."""


@dataclass
class Service:
    """A `Transport`. `good` says whether it knows the price; `signed` hears of signed requests."""

    good: bool = True
    signed: Callable[[str], None] = _nobody

    def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> tuple[int, bytes]:
        if "Authorization" in headers:
            self.signed(url)
        price = PRICE if self.good else 1.0
        answer = {"price": price, "model_version": CARD["version"]}
        return 200, json.dumps(CARD if method == "GET" else answer).encode()

    def invoked(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The same as a function's answer to an event."""
        method = event["requestContext"]["http"]["method"]
        status, body = self(method, event["rawPath"], event["headers"], None)
        return {"statusCode": status, "body": body.decode()}

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While this lasts, every smoke test of a release asks it."""
        with patch.object(asking, "UrlSmoke", partial(Smoke, transport=self)):
            yield
