"""The settings that a configuration may give the service: their names, and what each allows.

The service has the last word, and a test holds the two together: this room does not import it.
"""

import difflib
import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

PREFIX = "ESTIMATOR_"


class Kind(Protocol):
    """What a setting allows; as a text, the words for it."""

    def allows(self, value: str) -> bool:
        """Whether the service takes the value."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds."""

    low: float
    high: int
    whole: bool = True

    def __str__(self) -> str:
        return f"a {'whole ' if self.whole else ''}number from {self.low} to {self.high}"

    def allows(self, value: str) -> bool:
        """Written in digits."""
        form = r"\d{1,12}" if self.whole else r"\d{1,12}(\.\d{1,12})?"
        return bool(re.fullmatch(form, value)) and self.low <= float(value) <= self.high


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return " or ".join((", ".join(self.words[:-1]), self.words[-1]))

    def allows(self, value: str) -> bool:
        """As it is spelt here."""
        return value in self.words


@dataclass(frozen=True, slots=True)
class Hashes:
    """SHA-256 hashes."""

    def __str__(self) -> str:
        return "SHA-256 hashes of 64 hex digits, separated by commas"

    def allows(self, value: str) -> bool:
        """Empty, too."""
        items = [item.strip() for item in value.split(",") if item.strip()]
        hashes = all(re.fullmatch(r"[0-9a-fA-F]{64}", each) for each in items)
        return hashes and bool(items or not value)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses and networks."""

    def __str__(self) -> str:
        return "addresses or networks, separated by commas"

    def allows(self, value: str) -> bool:
        """Empty, too."""
        try:
            for item in filter(None, value.split(",")):
                ipaddress.ip_network(item.strip())
        except ValueError:
            return False
        return True


GIVEN = frozenset({"ESTIMATOR_HOST", "ESTIMATOR_PORT", "ESTIMATOR_BUNDLE"})
"""What the image gives."""

SETTINGS: Mapping[str, Kind] = {
    "ESTIMATOR_WORKERS": Number(0, 256),
    "ESTIMATOR_API_KEYS": Hashes(),
    "ESTIMATOR_MAX_BODY_BYTES": Number(256, 2**30),
    "ESTIMATOR_MAX_BATCH_BYTES": Number(256, 2**30),
    "ESTIMATOR_MAX_BATCH_ROWS": Number(1, 1_000_000),
    "ESTIMATOR_BODY_SECONDS": Number(0.1, 600, whole=False),
    "ESTIMATOR_PATIENCE_SECONDS": Number(0, 60, whole=False),
    "ESTIMATOR_DRAIN_SECONDS": Number(0, 600, whole=False),
    "ESTIMATOR_SHUTDOWN_SECONDS": Number(1, 600),
    "ESTIMATOR_KEEP_ALIVE_SECONDS": Number(1, 4000),
    "ESTIMATOR_FORWARDED_ALLOW_IPS": Addresses(),
    "ESTIMATOR_LOG_LEVEL": Choice(("debug", "info", "warning", "error")),
    "ESTIMATOR_DOCS": Choice(("true", "false")),
}

MASKED = frozenset({"ESTIMATOR_API_KEYS"})
"""What nobody needs to read but the service."""


def masked(text: str) -> str:
    """A text in which each value that nobody needs to read is replaced by a short name for it."""
    return _MASKED.sub(lambda found: f"{found[1]}{short(found[2].encode())}", text)


def masked_values(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings, sorted, with the same values replaced."""
    return {
        key: short(value.encode()) if value and key in MASKED else value
        for key, value in sorted(settings.items())
    }


def short(content: bytes) -> str:
    """A short name for a content, another one for each."""
    return f"sha256:{hashlib.sha256(content).hexdigest()[:12]}"


_MASKED = re.compile(rf"((?:{'|'.join(sorted(MASKED))})=)(.+)")


def setting_fault(name: str, value: str) -> str | None:
    """What is wrong with a setting, and what is allowed; None if nothing is."""
    if not name.startswith(PREFIX):
        return (
            f"{name} is no setting of the service; they start with {PREFIX}. Secrets do not "
            "belong here: whoever may read the instance reads them."
        )
    if name in GIVEN:
        return f"{name} is given by the image; leave it out."
    if name not in SETTINGS:
        near = difflib.get_close_matches(name, SETTINGS, n=1)
        hint = f"; did you mean {near[0]}?" if near else "."
        return f"{name} is no setting of the service{hint} There are {', '.join(SETTINGS)}."
    if SETTINGS[name].allows(value):
        return None
    shown = "is wrong" if name in MASKED else f"cannot be '{value}'"
    return f"{name} {shown}; it is {SETTINGS[name]}."
