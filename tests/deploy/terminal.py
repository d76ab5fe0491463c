"""A person at a terminal: a checkout, an engine on the PATH, and AWS behind AWS_ENDPOINT_URL."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.deploy import typed
from tests.deploy.internet import Internet

PROGRAMS = typed.ROOT / "tests" / "twin" / "programs"

LIMIT = 120  # seconds that a command may take; each takes one or two


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said to whom."""

    code: int
    out: str
    err: str


class Terminal:
    """Types `python -m deploy …`; every command is a process of its own, on the twin's time."""

    def __init__(self, directory: Path, url: str, internet: Internet, settings: str) -> None:
        self.checkout = directory / "checkout"
        self._environment = _environment(directory, url, internet)
        self.checkout.mkdir()
        (self.checkout / "deploy.toml").write_text(settings, encoding="utf-8")
        self._git("init", "--quiet")

    def sign_in(self, credentials: Mapping[str, str]) -> None:
        """Whoever types from now on has these, as STS gives them."""
        self._environment |= {
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": credentials["SessionToken"],
        }

    def commit(self, word: str) -> str:
        """Change the Dockerfile, and commit that: the commit."""
        (self.checkout / "Dockerfile").write_text(f"FROM scratch\nLABEL word={word}\n")
        self._git("add", ".")
        self._git("commit", "--quiet", "--message", word)
        return self._git("rev-parse", "HEAD").strip()

    def start(self, line: str) -> subprocess.Popen[str]:
        """Start a command."""
        return typed.start(line, self.checkout, self._environment)

    def type(self, line: str) -> Done:
        """Run a command to its end."""
        with self.start(line) as process:
            out, err = process.communicate(timeout=LIMIT)
        return Done(process.returncode, out, err)

    def good(self, line: str) -> str:
        """Run a command that has to end well: its result."""
        done = self.type(line)
        assert done.code == 0, f"{line}: exit code {done.code}, {done.err}"
        return done.out

    def _git(self, *words: str) -> str:
        return subprocess.run(
            ["git", *words],
            cwd=self.checkout,
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def _environment(directory: Path, url: str, internet: Internet) -> dict[str, str]:
    """A person's, who reaches nothing but this internet and this AWS."""
    return {
        **typed.environment(directory / "home", PROGRAMS),
        **internet.environment,
        "AWS_ENDPOINT_URL": url,
        "PATH": typed.engine_path(directory / "bin"),
    }
