"""The file of the configuration, `deploy.toml`, with environment variables over it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from deploy.config import Config, Section
from deploy.config_faults import config_fault
from deploy.errors import Refused

PREFIX = "DEPLOY_"
"""What an environment variable over the file starts with: DEPLOY_SERVER_MIN, DEPLOY_REGION."""

DEFAULTS: Mapping[str, dict[str, Any]] = {
    "production": {
        "balancer": {"access_logs": True, "deletion_protection": True},
        "logs": {"retention_days": 365},
    }
}
"""The defaults of some environments, where they are not those of the others."""

T = TypeVar("T")


def read_config(path: Path, environment: str, environ: Mapping[str, str]) -> Config:
    """The configuration of one environment: the file, its `[environments.NAME]`, the variables.

    Raises `Refused` naming the key that is wrong and what is allowed.
    """
    document = _merged(_of(environment, _document(path), path), _variables(environ))
    if "environment" in document:
        raise Refused(
            f"{path}: an environment is not named in the file, nor by {PREFIX}ENVIRONMENT: leave "
            "it out, and say --env."
        )
    config = _converted({**document, "environment": environment}, Config, path)
    fault = config_fault(config)
    if fault is not None:
        raise Refused(f"{path}: {fault}")
    return config


def _of(environment: str, document: dict[str, Any], path: Path) -> dict[str, Any]:
    """The document of one environment: its defaults, over them what all have, then its own."""
    own = _converted(document.pop("environments", {}), dict[str, dict[str, Any]], path)
    if own and environment not in own:
        raise Refused(
            f"{path}: no environment '{environment}'; it has {', '.join(own)}. Name one with --env."
        )
    return _merged(_merged(DEFAULTS.get(environment, {}), document), own.get(environment, {}))


def _converted(document: Any, kind: type[T], path: Path) -> T:
    try:
        return msgspec.convert(document, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(f"{path}: {error}. See examples/deploy.toml for every key.") from error


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused(
            f"{path}: no such file. Copy examples/deploy.toml and change its name and region, "
            "or name another file with --config."
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{path}: cannot be read as TOML: {error}.") from error


def _variables(environ: Mapping[str, str]) -> dict[str, Any]:
    """The document that the variables make: DEPLOY_SERVER_MIN=3 is min in [server]."""
    document: dict[str, Any] = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX):
            continue
        words = variable.removeprefix(PREFIX).lower()
        section = next((s for s in _SECTIONS if words.startswith(f"{s}_")), None)
        value = environ[variable]
        if section is None:
            document[words] = value
        else:
            key = words.removeprefix(f"{section}_")
            listed = key in _LISTS
            values = [item.strip() for item in value.split(",") if item.strip()]
            document.setdefault(section, {})[key] = values if listed else value
    return document


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


_SECTIONS = tuple(
    field.name
    for field in msgspec.structs.fields(Config)
    if isinstance(field.type, type) and issubclass(field.type, Section)
)
_LISTS = frozenset({"balancer_subnets", "instance_subnets", "allowed_cidrs"})
