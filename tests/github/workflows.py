"""The workflows as data, and a runner that takes their steps in order."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it publishes no types

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PYTHON = ".venv/bin/python"

CHOICE = re.compile(r"\$\{\{ vars\.(\w+) == '(\w+)' && '([^']*)' \|\| '([^']*)' \}\}")
UNLESS = re.compile(r"vars\.(\w+) != '(\w+)'")
"""The expressions with variables that steps may have."""

Workflow = dict[Any, Any]
Step = dict[str, Any]


def workflow(name: str) -> Workflow:
    """One workflow; YAML reads the key `on` as True."""
    path = ROOT / ".github" / "workflows" / f"{name}.yml"
    loaded: Workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def steps(document: Workflow) -> Iterator[tuple[str, Step]]:
    """Every step with the name of its job."""
    for name, job in document["jobs"].items():
        for step in job["steps"]:
            yield name, step


def command(text: str, environment: Mapping[str, str]) -> tuple[list[str], str]:
    """The words of a `run:` step as the shell gives them, and the file that it appends to."""
    filled = re.sub(r"\$(\w+)", lambda found: environment[found[1]], text)
    words = shlex.split(filled)
    words = words[words[0] == "exec" :]  # which puts the command in the shell's place
    target = ""
    for sign in (">>", ">"):
        if sign in words:
            target = words[words.index(sign) + 1]
            words = words[: words.index(sign)]
    return words, target


def chosen(value: str, variables: Mapping[str, str]) -> str:
    """The value of a step's `env:`; of a choice by a variable, that which is chosen."""
    found = CHOICE.fullmatch(value)
    if found is None:
        return value
    name, wanted, then, otherwise = found.groups()
    return then if variables.get(name) == wanted else otherwise


def is_wanted(step: Step, variables: Mapping[str, str]) -> bool:
    """Whether no variable leaves the step out."""
    found = UNLESS.fullmatch(str(step.get("if", "")))
    return found is None or variables.get(found[1]) != found[2]


@dataclass
class Runner:
    """Takes the steps of a job in order, as a machine of GitHub's would, but for `uses:`.

    `deploy` is called with the arguments of each `python -m deploy`, `make` with each verb; both
    give an exit code. A step that fails ends the job, except for those with `if: !cancelled()`.
    `variables` are those that GitHub keeps.
    """

    deploy: Callable[[Sequence[str]], int]
    make: Callable[[str], int]
    environment: dict[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def run(self, job: Workflow) -> bool:
        """Whether the job succeeds."""
        good = True
        for step in job["steps"]:
            wanted = "run" in step and is_wanted(step, self.variables)
            if wanted and (good or "!cancelled()" in str(step.get("if", ""))):
                good = self._step(step) and good
        return good

    def _step(self, step: Step) -> bool:
        given = {
            name: chosen(str(value), self.variables) for name, value in step.get("env", {}).items()
        }
        words, _ = command(step["run"], self.environment | given)
        self.done.append(" ".join(words))
        if words[0] == "make":
            return self.make(words[1]) == 0
        assert words[:3] == [PYTHON, "-m", "deploy"]
        return self.deploy(words[3:]) == 0
