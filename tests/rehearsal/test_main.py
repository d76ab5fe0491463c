"""The command line: what is played, on what ground, and where it cannot be."""

import argparse

import pytest

from tests.rehearsal import __main__ as command
from tests.rehearsal import balancer, grounds, runner
from tests.rehearsal.plain import Plain
from tests.rehearsal.playbill import FULL, FUNCTION, SHORT


def names(*argv: str) -> list[str]:
    """The acts that a command line plays."""
    args = command._parser().parse_args(argv)  # noqa: SLF001 - as main asks it
    said: list[str] = []
    played = command._acts(args, said.append)  # noqa: SLF001 - as above
    return [*said, *(act.name for act in played)]


def test_all_acts_or_a_few() -> None:
    """The first is always there: without it there is nothing to play on."""
    assert names("--short") == [act.name for act in SHORT]
    assert names("--emulator", "/x") == [act.name for act in FULL]
    assert names("--emulator", "/x", "--act", "kill -9") == [
        "first deploy",
        "kill -9 of a container",
        "kill -9 of a worker inside",
    ]


def test_without_an_emulator() -> None:
    """The function's act is left out, and that is said."""
    args = argparse.Namespace(short=False, emulator=None, act="")
    said: list[str] = []
    played = command._acts(args, said.append)  # noqa: SLF001 - as main asks it
    assert FUNCTION not in played
    assert len(played) == len(FULL) - 1
    assert said == [
        "'a function's calls shift' is left out: name an emulator of Lambda with --emulator"
    ]


def test_without_a_balancer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what to install, and begins nothing."""
    monkeypatch.setattr(balancer, "available", lambda: "haproxy is not installed: apt-get …")
    assert command.main([]) == 3
    assert capsys.readouterr().err == "error: haproxy is not installed: apt-get …\n"


def test_without_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain processes stand for them, and it says why."""
    said: list[str] = []
    monkeypatch.setattr(runner, "find_runner", lambda _: "docker does not answer")
    assert grounds.choose("image", "", said.append) is Plain
    assert grounds.choose("image", "so it was asked for", said.append) is Plain
    assert said == [
        "plain processes stand for containers: docker does not answer",
        "plain processes stand for containers: so it was asked for",
    ]
