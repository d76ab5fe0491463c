"""The file of the configuration, `deploy.toml`, with environment variables over it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from deploy.config import Config, Section
from deploy.config_faults import config_fault
from deploy.config_words import Fault, fault_of
from deploy.errors import Refused

PREFIX = "DEPLOY_"
"""What an environment variable over the file starts with: DEPLOY_SERVER_MAX, DEPLOY_REGION."""

COMMON = frozenset({"name", "region"})
"""What no environment has of its own: they share one registry, by which an image is found."""

DEFAULTS: Mapping[str, dict[str, Any]] = {
    "production": {
        "balancer": {"access_logs": True, "deletion_protection": True},
        "logs": {"retention_days": 365},
    }
}
"""The defaults of some environments, where they are not those of the others."""


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
    config = _converted({**document, "environment": environment}, path, environ)
    fault = config_fault(config)
    if fault is not None:
        raise Refused(f"{' with '.join([str(path), *_given(environ)])}: {fault}")
    return config


def _of(environment: str, document: dict[str, Any], path: Path) -> dict[str, Any]:
    """The document of one environment: its defaults, over them what all have, then its own."""
    own = document.pop("environments", {})
    if not isinstance(own, dict) or not all(isinstance(each, dict) for each in own.values()):
        raise Refused(f"{path}: environments holds a table for each, [environments.{environment}].")
    if own and environment not in own:
        raise Refused(
            f"{path}: no environment '{environment}'; it has {', '.join(own)}. Name one with --env."
        )
    for name, table in own.items():
        for key in sorted(COMMON & set(table)):
            raise Refused(
                f"{path}: environments.{name}: {key} is the same for all, which share one "
                f"registry; another {key} needs a file of its own, named with --config."
            )
    return _merged(_merged(DEFAULTS.get(environment, {}), document), own.get(environment, {}))


def _converted(document: dict[str, Any], path: Path, environ: Mapping[str, str]) -> Config:
    try:
        return msgspec.convert(document, Config, strict=False)
    except msgspec.ValidationError as error:
        fault = fault_of(error, document)
        place = _source(fault, path, environ)
        raise Refused(f"{place} {fault.what} See examples/deploy.toml for every key.") from error


def _source(fault: Fault, path: Path, environ: Mapping[str, str]) -> str:
    """Who has given a key: a variable, the command line, or else the file."""
    variable = PREFIX + "_".join(map(str, fault.path)).upper()
    if variable in environ:
        return variable
    return "--env" if fault.key == "environment" else f"{path}: {fault.key}"


def _given(environ: Mapping[str, str]) -> list[str]:
    """The variables that may be at fault, in a list for a sentence; none if there are none."""
    return [", ".join(names)] if (names := sorted(_ours(environ))) else []


def _ours(environ: Mapping[str, str]) -> list[str]:
    return [name for name in environ if name.startswith(PREFIX)]


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
    """The document that the variables make: DEPLOY_SERVER_MAX=6 is max in [server]."""
    document: dict[str, Any] = {}
    for variable in sorted(_ours(environ)):
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
