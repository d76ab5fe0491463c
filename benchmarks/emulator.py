"""Lambda's Runtime Interface Emulator, a program that hands one event at a time to a function."""

import importlib.util
import os
import platform
from pathlib import Path

PATH = "/2015-03-31/functions/function/invocations"
"""Where it takes events; the answer to one is that of the function, or its error."""

LISTEN, RUNTIME = "--runtime-interface-emulator-address", "--runtime-api-address"

_SUFFIXES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def find_emulator() -> Path | None:
    """The emulator that comes with the package aws-sam-cli, if that is installed."""
    found = importlib.util.find_spec("samcli")
    if found is None or found.origin is None:
        return None
    name = f"aws-lambda-rie-{_SUFFIXES.get(platform.machine(), '')}"
    path = Path(found.origin).parent / "local" / "rapid" / name
    return path if path.exists() else None


def unusable(emulator: Path) -> str:
    """Why one that was named cannot be run; empty if it can."""
    if not emulator.is_file():
        return f"there is no emulator {emulator}"
    if not os.access(emulator, os.X_OK):
        return f"{emulator} may not be run: `chmod +x {emulator}`"
    return ""
