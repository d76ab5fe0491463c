"""What has to be installed for the rehearsal, and the packages that have it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

PACKAGES = {
    "buildah": "buildah",
    "busybox": "busybox-static",
    "cc": "build-essential",
    "conmon": "conmon",
    "docker-registry": "docker-registry",
    "haproxy": "haproxy",
    "htpasswd": "apache2-utils",
    "openssl": "openssl",
    "podman": "podman",
    "runc": "runc",
}
"""The package of Debian and Ubuntu that has each program."""


def missing(*programs: str) -> str:
    """Why these programs cannot be used: empty if all are installed."""
    absent = _absent(programs)
    if not absent:
        return ""
    verb = "is" if len(absent) == 1 else "are"
    return f"{' and '.join(absent)} {verb} not installed: apt-get install {_packages(absent)}"


def main() -> None:
    """Print the packages that are missing: `apt-get install $(python -m tests.rehearsal.packages)`.

    Needs nothing but Python, so that it runs before the environment is made.
    """
    print(_packages(_absent(PACKAGES)))


def search_path() -> str:
    """Where programs are looked for: Debian keeps some where only root looks."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def _absent(programs: Iterable[str]) -> list[str]:
    return [program for program in programs if shutil.which(program, path=search_path()) is None]


def _packages(programs: Iterable[str]) -> str:
    return " ".join(PACKAGES[program] for program in programs)


if __name__ == "__main__":
    main()
