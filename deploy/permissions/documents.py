"""JSON documents that AWS keeps for us: policies, dashboards."""

import json
from typing import Any

_SETS = frozenset({"Action", "Resource", "NotAction", "NotResource"})


def canonical(document: Any) -> str:
    """One spelling of a document, or of its text, however AWS has ordered and spaced it."""
    value = json.loads(document) if isinstance(document, str) else document
    return json.dumps(_ordered(value), sort_keys=True, separators=(",", ":"))


def _ordered(value: Any) -> Any:
    """Lists that mean sets are sorted; one value stands for a list of one."""
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _set(each) if key in _SETS else _ordered(each) for key, each in value.items()}


def _set(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else sorted(value)
