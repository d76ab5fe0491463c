"""What the parser says of a configuration, in words of the file: the key, and what it allows."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from deploy.config import Config

Step = str | int
"""The name of a key, or the number of an item in a list."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a key: where it stands, and the sentence that its name begins."""

    path: tuple[Step, ...]
    what: str

    @property
    def key(self) -> str:
        """The key as the file's tables name it: server.min, server.schedule[0].cron."""
        parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path]
        return "".join(parts).removeprefix(".")


def fault_of(error: msgspec.ValidationError, document: Mapping[str, Any]) -> Fault:
    """The fault that the parser has found in a document of the configuration."""
    text, _, place = str(error).partition(" - at `$")
    path = _path(place, document)
    if unknown := _UNKNOWN.search(text):
        return Fault((*path, unknown[1]), _no_key(unknown[1], _kind(path)))
    if missing := _MISSING.search(text):
        path = (*path, missing[1])
        return Fault(path, f"is missing; it is {_allowed(_kind(path))}.")
    shown = _shown(_value(path, document))
    return Fault(path, f"cannot be {shown}; it is {_allowed(_kind(path))}.")


def _path(place: str, document: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of the parser's path, which does not name the key of a free table."""
    path: list[Step] = []
    for name, number in _STEP.findall(place):
        if number == "...":
            texts = _value(path, document)
            path.append(next(key for key in texts if not isinstance(texts[key], str)))
        else:
            path.append(int(number) if number else name)
    return tuple(path)


def _value(path: Sequence[Step], document: Any) -> Any:
    for step in path:
        document = document[step]
    return document


def _kind(path: Sequence[Step]) -> inspect.Type:
    """The type that the configuration gives a key."""
    kind: inspect.Type = inspect.type_info(Config)
    for step in path:
        if isinstance(kind, inspect.StructType):
            kind = next(each.type for each in kind.fields if each.name == step)
        elif isinstance(kind, inspect.VarTupleType):
            kind = kind.item_type
        elif isinstance(kind, inspect.DictType):
            kind = kind.value_type
    return kind


def _no_key(name: str, table: inspect.Type) -> str:
    fields = table.fields if isinstance(table, inspect.StructType) else ()
    known = [each.name for each in fields if each.name != "environment"]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    return f"is no key of the configuration{hint} There are {', '.join(known)}."


def _allowed(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {})["description"])
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        whole = "whole " if isinstance(kind, inspect.IntType) else ""
        return f"a {whole}number {_bounds(kind)}"
    if isinstance(kind, inspect.LiteralType):
        return f"one of {', '.join(map(_shown, kind.values))}"
    return _WORDS[type(kind)]


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    low = f"over {kind.gt:g}" if kind.gt is not None else f"from {kind.ge:g}"
    return f"{low} to {kind.le:g}" if kind.le is not None else f"{low} on"


def _shown(value: Any) -> str:
    """A value as the file has it; tables and lists are not repeated."""
    if isinstance(value, dict):
        return "a table"
    return (
        "a list" if isinstance(value, list) else json.dumps(value, ensure_ascii=False, default=str)
    )


_UNKNOWN = re.compile("unknown field `(.*)`")
_MISSING = re.compile("missing required field `(.*)`")
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_WORDS = {
    inspect.BoolType: "true or false",
    inspect.StrType: "a text in quotes",
    inspect.VarTupleType: "a list in brackets",
    inspect.StructType: "a table",
    inspect.DictType: "a table of texts in quotes",
}
