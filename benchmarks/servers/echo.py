"""FastAPI as its own tutorial uses it: a model in, a model out, and no prediction between them."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import Field, create_model

from benchmarks.bundled import served

MODEL = served()


def _field(feature: Mapping[str, Any]) -> tuple[Any, Any]:
    """The type of a field, with its name as an alias: not every name is one in Python."""
    kind: Any = str if feature.get("categories") else float
    if feature.get("missing"):
        return kind | None, Field(None, alias=feature["name"])
    return kind, Field(alias=feature["name"])


FIELDS: dict[str, Any] = {f"at_{at}": _field(each) for at, each in enumerate(MODEL.features)}
Product: Any = create_model("Product", **FIELDS)
Price: Any = create_model("Price", price=(float, Field(alias=MODEL.target)))

app = FastAPI()


@app.post("/predict")
async def predict(product: Product) -> Price:  # noqa: ARG001 - it is read, and checked
    """The same price for every product."""
    return Price(**{MODEL.target: 19.76})
