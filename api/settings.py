"""The settings of the service: all of them, read from the environment in one place."""

import difflib
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

PREFIX = "ESTIMATOR_"
"""What the name of every setting starts with in the environment."""

_EMBEDDED = Path(__file__).resolve().parents[1] / "bundle"


class SettingsError(Exception):
    """A setting has a wrong value, or a name that no setting has."""


def _key_hashes(value: str) -> str:
    items = [item.strip() for item in value.split(",") if item.strip()]
    if (value and not items) or not all(re.fullmatch(r"[0-9a-fA-F]{64}", each) for each in items):
        raise ValueError("not a list of SHA-256 hashes")
    return value


def _host(value: str) -> str:
    value.encode("idna")  # as the socket will; what it then finds is another matter
    return value


def _addresses(value: str) -> str:
    for item in filter(None, value.split(",")):
        ipaddress.ip_network(item.strip())
    return value


class Settings(BaseModel):
    """Every setting; a field's description is its documentation and says what is allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    bundle: Path = Field(_EMBEDDED, description="directory of the bundle to serve")
    host: Annotated[str, AfterValidator(_host)] = Field(
        "127.0.0.1", min_length=1, description="address or name to listen on"
    )
    port: int = Field(8000, ge=0, le=65535, description="port, 0 to 65535; 0 takes a free one")
    workers: int = Field(
        0, ge=0, le=256, description="processes, 0 to 256; 0 is one per CPU granted to the cgroup"
    )
    api_keys: Annotated[str, AfterValidator(_key_hashes)] = Field(
        "",
        repr=False,
        description="SHA-256 hashes (64 hex digits) of the accepted API keys, separated by "
        "commas; empty leaves the service open",
    )
    max_body_bytes: int = Field(
        65_536, ge=256, le=2**30, description="largest body of a single prediction, 256 to 2^30"
    )
    max_batch_bytes: int = Field(
        16_777_216, ge=256, le=2**30, description="largest body of a batch, 256 to 2^30"
    )
    max_batch_rows: int = Field(
        10_000, ge=1, le=1_000_000, description="most rows of a batch, 1 to 1000000"
    )
    body_seconds: float = Field(
        60.0,
        ge=0.1,
        le=600,
        allow_inf_nan=False,
        description="seconds within which the head of a request has to come, and then its body, "
        "0.1 to 600",
    )
    patience_seconds: float = Field(
        0.25,
        ge=0,
        le=60,
        allow_inf_nan=False,
        description="seconds that a request may be expected to wait; one that would wait longer is "
        "refused with 503, 0 to 60",
    )
    drain_seconds: float = Field(
        15.0,
        ge=0,
        le=600,
        allow_inf_nan=False,
        description="seconds from SIGTERM, with /readyz at 503, to the end of listening, 0 to 600",
    )
    shutdown_seconds: int = Field(
        30, ge=1, le=600, description="seconds that requests in flight may still take, 1 to 600"
    )
    keep_alive_seconds: int = Field(
        75,
        ge=1,
        le=4000,
        description="seconds an idle connection is kept, 1 to 4000; longer than the idle timeout "
        "of the load balancer in front",
    )
    forwarded_allow_ips: Annotated[str, AfterValidator(_addresses)] = Field(
        "127.0.0.1",
        description="addresses or networks whose forwarded headers are trusted, separated by "
        "commas; '*' is refused",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level that is logged: debug, info, warning or error"
    )
    docs: bool = Field(True, description="serve /docs and /openapi.json: true or false")

    @property
    def key_hashes(self) -> tuple[bytes, ...]:
        """The SHA-256 digests of the accepted keys."""
        return tuple(bytes.fromhex(item) for item in self.api_keys.split(",") if item.strip())


def read_settings(environ: Mapping[str, str], **options: object) -> Settings:
    """The settings in an environment; `options` from the command line, not None, win.

    Raises `SettingsError` naming every setting that is wrong and what it allows.
    """
    given: dict[str, object] = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }
    given |= {name: value for name, value in options.items() if value is not None}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        faults = [_fault(str(fault["loc"][0]), given) for fault in error.errors()]
        raise SettingsError("\n".join(faults)) from None


def _fault(name: str, given: Mapping[str, object]) -> str:
    variable = PREFIX + name.upper()
    field = Settings.model_fields.get(name)
    if field is None:
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else "."
        names = ", ".join(PREFIX + known.upper() for known in Settings.model_fields)
        return f"{variable} is not a setting{hint} The settings are {names}."
    value = f" cannot be {given.get(name)!r}" if field.repr else " is wrong"
    return f"{variable}{value}. Allowed: {field.description}."
