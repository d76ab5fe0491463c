"""A person at a terminal: a checkout, an engine on the PATH, and AWS behind AWS_ENDPOINT_URL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.internet import Internet

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "twin" / "programs"
ENGINE = Path(__file__).with_name("engine.py")

FOREIGN = ("GIT", "DEPLOY_", "SMOKE_", "COVERAGE_")
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
        return subprocess.Popen(
            [sys.executable, "-m", "deploy", *line.split()],
            cwd=self.checkout,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

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
    """Nothing of a workflow, of other proxies or of this machine's git.

    Nor of coverage, which would double the time: what verbs do is measured in their own tests.
    """
    tools, home = directory / "bin", directory / "home"
    for made in (tools, home):
        made.mkdir()
    docker = tools / "docker"
    docker.write_text(f"#!{sys.executable} -IS\n{ENGINE.read_text(encoding='utf-8')}")
    docker.chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and not name.lower().endswith("_proxy")
    }
    return {
        **kept,
        **internet.environment,
        "AWS_ENDPOINT_URL": url,
        "GIT_AUTHOR_NAME": "ann",
        "GIT_AUTHOR_EMAIL": "ann@example.org",
        "GIT_COMMITTER_NAME": "ann",
        "GIT_COMMITTER_EMAIL": "ann@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(home),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONWARNINGS": "error",
        "PYTHONPATH": f"{PROGRAMS}{os.pathsep}{ROOT}",
    }
