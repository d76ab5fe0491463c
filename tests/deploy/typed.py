"""A command as a person types it: `python -m deploy …` in a checkout, a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE = Path(__file__).with_name("engine.py")

FOREIGN = ("GIT", "DEPLOY_", "SMOKE_", "COVERAGE_", "ESTIMATOR_")
"""What begins so is of a workflow, of this machine's git or of whoever runs the tests.

Coverage would double the time: what verbs do is measured in their own tests.
"""


def environment(home: Path, programs: Path) -> dict[str, str]:
    """Ann's, who lives in a new directory; Python finds what lies in `programs` before all else."""
    home.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and not name.lower().endswith("_proxy")
    }
    return kept | {
        "GIT_AUTHOR_NAME": "ann",
        "GIT_AUTHOR_EMAIL": "ann@example.org",
        "GIT_COMMITTER_NAME": "ann",
        "GIT_COMMITTER_EMAIL": "ann@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(home),
        "PYTHONPATH": f"{programs}{os.pathsep}{ROOT}",
        "PYTHONWARNINGS": "error",
    }


def engine_path(tools: Path) -> str:
    """A PATH on which docker is an engine of a few lines, put into a new directory."""
    tools.mkdir()
    docker = tools / "docker"
    source = ENGINE.read_text(encoding="utf-8")
    docker.write_text(f"#!{sys.executable} -IS\n{source}", encoding="utf-8")
    docker.chmod(0o755)
    return f"{tools}{os.pathsep}{os.environ['PATH']}"


def start(line: str, checkout: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a command, in a session by which all that it starts can be ended with it."""
    return subprocess.Popen(
        [sys.executable, "-m", "deploy", *line.split()],
        cwd=checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
