"""What the Dockerfile promises of the image, read from its instructions."""

import importlib.util
import json
import re
import shlex
from pathlib import Path

import pytest

from api.service import TITLE
from api.settings import read_settings

_ROOT = Path(__file__).parents[1]
_SERVING = {"api", "bundle", "handler", "model", "requirements/serve.txt"}
_COMPILING = {"model/native", "requirements/build.txt", "setup.py"}

Stage = list[tuple[str, str]]
"""The instructions of one stage: word and arguments, continuation lines joined."""


def _stages() -> list[Stage]:
    """The stages in their order, each beginning with its FROM."""
    text = (_ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    stages: list[Stage] = []
    for word, _, arguments in (line.partition(" ") for line in lines if line):
        if word == "FROM":
            stages.append([])
        if stages:
            stages[-1].append((word, arguments.strip()))
    return stages


def _given(word: str) -> list[str]:
    """The arguments of every such instruction of the final stage."""
    return [arguments for each, arguments in _stages()[-1] if each == word]


def _pairs(word: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for line in _given(word) for pair in shlex.split(line))


def _sources(stage: Stage) -> list[str]:
    lines = [line for word, line in stage if word == "COPY" and not line.startswith("--from=")]
    return [source for line in lines for source in line.split()[:-1]]


def test_it_runs_as_nobody_in_particular() -> None:
    """User and group are numbers other than 0, so that a runner can tell that it is not root."""
    (user,) = _given("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_it_is_stopped_by_the_signal_that_drains() -> None:
    """SIGTERM is the beginning of the drain; another signal would cut requests off."""
    assert _given("STOPSIGNAL") == ["SIGTERM"]


@pytest.mark.parametrize("word", ["CMD", "HEALTHCHECK"])
def test_no_shell_stands_between(word: str) -> None:
    """Commands are lists: signals reach Python, and the module that it is to run exists."""
    (arguments,) = _given(word)
    python, option, module = json.loads(arguments[arguments.index("[") :])
    assert (python, option) == ("python", "-m")
    assert importlib.util.find_spec(module) is not None


def test_lambda_may_name_its_own_entry_point() -> None:
    """The image has none itself: its command is the server, and everything can be overridden."""
    assert _given("ENTRYPOINT") == []


def test_it_serves_on_the_port_that_it_exposes() -> None:
    """The environment holds settings that exist, for every address and the original's port."""
    settings = read_settings(_pairs("ENV"))
    assert settings.host == "0.0.0.0"  # noqa: S104 - inside a container
    assert _given("EXPOSE") == [str(settings.port)] == ["80"]


def test_what_it_ends_as_was_only_copied() -> None:
    """Nothing runs in the final stage: no compiler, package manager or cache can enter by it."""
    assert {word for word, _ in _stages()[-1]}.isdisjoint({"RUN", "ADD", "SHELL", "VOLUME"})
    assert all(line.startswith("--from=build ") for line in _given("COPY"))


def test_it_is_made_of_what_serves() -> None:
    """Neither deploying, testing nor training enters the build, and its context offers no more."""
    walk, build, _ = _stages()
    assert set(_sources(walk)) == _COMPILING
    assert set(_sources(build)) == _SERVING
    offered = (_ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in offered
    allowed = {line[1:] for line in offered if line.startswith("!")}
    assert allowed == _SERVING | _COMPILING - {"model/native"}
    assert "**/*.so" in offered


def test_its_packages_are_the_locked_ones() -> None:
    """Every file that pip installs is checked against its hash, and nothing else installs."""
    ran = [line for stage in _stages() for word, line in stage if word == "RUN"]
    installs = [line for line in ran if "pip " in line]
    assert len(installs) == 2
    assert all({"--require-hashes", "--no-cache-dir"} <= set(shlex.split(i)) for i in installs)


def test_only_the_compiler_comes_from_elsewhere() -> None:
    """Of the stage that has it nothing goes on but what it compiled."""
    walk, *others = _stages()
    elsewhere = re.compile(r"\b(apt|apt-get|apk|gcc|curl|wget)\b")
    assert sum(bool(elsewhere.search(line)) for word, line in walk if word == "RUN") == 1
    assert not any(elsewhere.search(line) for stage in others for _, line in stage)
    taken = [line.split()[1] for word, line in others[0] if word == "COPY" and "--from=" in line]
    assert taken == ["/build/model/*.so"]


def test_all_stages_are_of_one_base() -> None:
    """Bytecode and extension modules are run by the Python that they were made for."""
    assert [stage[0][1].split()[0] for stage in _stages()] == ["${BASE}"] * 3


def test_its_labels_say_what_it_is() -> None:
    """A registry shows the title of the service; no address of anybody's stands in the labels."""
    labels = _pairs("LABEL")
    assert labels["org.opencontainers.image.title"] == TITLE
    assert not any("://" in value for value in labels.values())
