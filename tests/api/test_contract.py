"""The served OpenAPI document and the service keep to each other."""

import hashlib
from typing import Any

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.app import create_app
from api.settings import Settings
from tests import bundles
from tests.bundles import Bundle
from tests.steady import STEADY

KEY = "a-key"


def contract(bundle: Bundle, **settings: object) -> Any:
    """The contract of an app, read from the document that it serves."""
    app = create_app(Settings.model_validate(settings), bundle.predictor())
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@schemathesis.serializer("application/x-ndjson", "application/jsonl", "application/x-jsonlines")
def lines(_: schemathesis.SerializationContext, value: object) -> bytes:
    """The bytes of a body of JSON lines, which the schema describes as text."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


OPEN = contract(bundles.shipping())
GUARDED = contract(bundles.rent(), api_keys=hashlib.sha256(KEY.encode()).hexdigest())


@OPEN.parametrize()  # type: ignore[untyped-decorator]  # of an object only known at run time
@STEADY
def test_open_service(case: Any) -> None:
    """What the document allows is answered as it says, what it does not allow is refused."""
    check(case)


@GUARDED.parametrize()  # type: ignore[untyped-decorator]  # of an object only known at run time
@STEADY
def test_guarded_foreign_model(case: Any) -> None:
    """The document of a foreign model behind keys is kept as well."""
    # The key is put in where a case leaves it out on purpose, and so may be all that was wrong.
    check(case, negative_data_rejection, headers={"X-API-Key": KEY})


def check(case: Any, *but: Any, **options: Any) -> None:
    """Call and check everything, but for what a batch does otherwise by design."""
    excluded = list(but)
    if case.path == "/predict/batch":
        excluded.append(negative_data_rejection)  # a wrong row is refused inside a 200
        if case.media_type != "application/json":
            excluded.append(positive_data_acceptance)  # no schema says what a CSV is
    case.call_and_validate(excluded_checks=excluded, **options)
