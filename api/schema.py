"""The JSON schemas and examples of requests and answers, made from the manifest."""

from typing import Any

from api.problems import MEDIA_TYPE
from api.rows import LARGEST, allowed
from model import Feature, Manifest

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "pattern": r"\S"}
"""A body that is not JSON: any text, but not an empty one."""


def request_schema(manifest: Manifest) -> Schema:
    """The schema of the object that one prediction asks with."""
    return {
        "type": "object",
        "properties": {each.name: _feature(each) for each in manifest.features},
        "required": [each.name for each in manifest.features if not each.missing],
        "additionalProperties": False,
    }


def request_example(manifest: Manifest) -> dict[str, float | str]:
    """One request that the model answers; what may be missing and has no example is left out."""
    examples = ((each.name, _example(each)) for each in manifest.features)
    return {name: value for name, value in examples if value is not None}


def explained_schema(manifest: Manifest) -> Schema:
    """The schema of the answer to a prediction that may be explained."""
    number = {"type": "number"}
    schema = answer_schema(manifest)
    schema["properties"]["baseline"] = number | {
        "description": "With explain: the price before any feature counts; the baseline and all "
        "contributions sum to the price."
    }
    schema["properties"]["contributions"] = _object({f.name: number for f in manifest.features})
    return schema


def answer_schema(manifest: Manifest) -> Schema:
    """The schema of the answer to one row."""
    target = manifest.target
    price = {"type": "number", "description": _described(target.description, target.unit)}
    number = {"type": "number"}
    interval = _object({"low": number, "high": number, "coverage": number})
    warning = _object(
        {
            "field": {"type": "string"},
            "value": number,
            "minimum": number,
            "maximum": number,
            "message": {"type": "string"},
        }
    )
    return _object(
        {
            target.name: price,
            "interval": interval if manifest.interval else {"type": "null"},
            "warnings": array_of(warning),
            "model_version": {"type": "string"},
            "prediction_id": {"type": "string", "format": "uuid"},
        }
    )


def array_of(items: Schema) -> Schema:
    """The schema of an array of any length."""
    return {"type": "array", "items": items}


def problem_schema() -> Schema:
    """The schema of a problem (RFC 9457)."""
    text = {"type": "string"}
    error = _object({"field": text, "message": text})
    error["properties"] |= {"given": text, "allowed": text, "example": {}}
    schema = _object({"type": text, "title": text, "status": {"type": "integer"}, "detail": text})
    schema["properties"]["errors"] = array_of(error)
    return schema


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries of the problems that a route may answer."""
    content = {MEDIA_TYPE: {"schema": problem_schema()}}
    return {status: {"description": _PROBLEMS[status], "content": content} for status in statuses}


_PROBLEMS = {
    400: "The body is not valid JSON, CSV or UTF-8, or is empty.",
    401: "The API key is missing or not accepted.",
    408: "The body did not come in time.",
    413: "The body or the batch is too large.",
    415: "The content type is not one that is read here.",
    422: "A field is missing, unknown, or not a value that is allowed.",
    503: "Not ready, shutting down, or too busy: see Retry-After.",
}


def _feature(feature: Feature) -> Schema:
    schema: Schema = {"description": _described(feature.description, feature.unit)}
    if feature.categories:
        labels: list[str | None] = list(feature.categories)
        schema["enum"] = [*labels, None] if feature.missing else labels
    else:
        schema["type"] = ["number", "null"] if feature.missing else "number"
        schema["minimum"] = -LARGEST if feature.minimum is None else feature.minimum
        schema["maximum"] = LARGEST if feature.maximum is None else feature.maximum
    if feature.training is not None and not feature.categories:
        low, high = feature.training.minimum, feature.training.maximum
        schema["description"] += f" Trained on {low:g} to {high:g}: beyond, a warning is given."
    schema["examples"] = [_example(feature)]
    schema["title"] = f"{feature.name}: {allowed(feature)}"
    return schema


def _example(feature: Feature) -> float | str | None:
    """The feature's example or, where its manifest gives none, a value that is accepted."""
    if feature.example is not None or feature.missing:
        return feature.example
    if feature.categories:
        return feature.categories[0]
    if feature.training is not None:
        return feature.training.minimum
    return next((b for b in (feature.minimum, feature.maximum) if b is not None), 1.0)


def _described(description: str, unit: str) -> str:
    words = ", ".join(filter(None, (description, unit and f"in {unit}")))
    return words[0].upper() + words[1:] + "." if words else ""


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}
