"""Apps for tests, asked in process."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient

from api.app import create_app
from api.drain import Drain
from api.settings import Settings
from tests.bundles import Bundle


@contextmanager
def client_of(
    bundle: Bundle, drain: Drain | None = None, **settings: object
) -> Iterator[TestClient]:
    """A client of an app with this model and these settings; an error inside it is an answer."""
    app = create_app(Settings.model_validate(settings), bundle.predictor(), drain)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
