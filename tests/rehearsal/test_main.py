"""The command line: what is played, on what ground, and where it cannot be."""

import math
import os

import pytest

from tests.rehearsal import __main__ as command
from tests.rehearsal import balancer, grounds, runner
from tests.rehearsal.plain import Plain
from tests.rehearsal.playbill import FULL, FUNCTION, SHORT, TWICE, Act


def chosen(*argv: str) -> tuple[list[Act], list[str]]:
    """The acts that a command line plays, and what is said of them."""
    args = command._parser().parse_args(argv)  # noqa: SLF001 - as main asks it
    said: list[str] = []
    return command._acts(args, said.append), said  # noqa: SLF001 - as above


def names(*argv: str) -> list[str]:
    """The names of these acts."""
    return [act.name for act in chosen(*argv)[0]]


def test_all_acts_or_a_few() -> None:
    """The first is always there: without it there is nothing to play on."""
    assert names("--short") == [act.name for act in SHORT]
    assert names("--emulator", "/x") == [act.name for act in FULL]
    assert names("--emulator", "/x", "--act", "kill -9") == [
        "first deploy",
        "kill -9 of a container",
        "kill -9 of a worker inside",
    ]


def test_without_an_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The function's act is left out, and that is said."""
    monkeypatch.setattr(command, "find_emulator", lambda: None)
    acts, said = chosen()
    assert FUNCTION.name not in [act.name for act in acts]
    assert len(acts) == len(FULL) - 1
    assert said[0] == (
        "'a function's calls shift' is left out: name an emulator of Lambda with --emulator"
    )


@pytest.mark.parametrize(
    ("argv", "there", "why"),
    [
        (["--emulator", "/x"], 4, ""),
        (["--emulator", "/x"], 3, "with 3 processors none is left to what starts alone"),
        (["--short"], 4, "the short form is too short for that"),
    ],
)
def test_a_refresh_is_held_to_a_strain(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], there: int, why: str
) -> None:
    """In full, and with a processor to spare for what starts; otherwise it is said why not."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(there)))
    acts, said = chosen(*argv)
    limits = [act.strain for act in acts if act.strain < math.inf]
    assert limits == ([] if why else [TWICE] * 8)
    told = f"the 99th percentile is shown, and held to no limit: {why}"
    assert said == ([told] if why else [])


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (
            "--act nonsense",
            "no act has 'nonsense' in its name: first deploy, release of version 2,",
        ),
        (
            "--short --act kill",
            "no act has 'kill' in its name: first deploy, release of version 2,",
        ),
        ("--act function", "'a function's calls shift' needs an emulator of Lambda: name one with"),
        ("--emulator /nowhere", "there is no emulator /nowhere"),
        ("--rate 0", "argument --rate: '0' is no number from 1 to 10,000"),
        ("--rate -1", "argument --rate: '-1' is no number from 1 to 10,000"),
        ("--pace 0", "argument --pace: '0' is no number from 1 to 100"),
        ("--pace nan", "argument --pace: 'nan' is no number from 1 to 100"),
    ],
)
def test_what_cannot_be_played_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], argv: str, why: str
) -> None:
    """As wrong usage, before anything is begun."""
    monkeypatch.setattr(command, "find_emulator", lambda: None)
    monkeypatch.setattr(balancer, "available", lambda: "nothing may begin")
    with pytest.raises(SystemExit, match="2"):
        command.main(argv.split())
    assert f"error: {why}" in capsys.readouterr().err


def test_without_a_balancer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what to install, and begins nothing."""
    monkeypatch.setattr(balancer, "available", lambda: "haproxy is not installed: apt-get …")
    assert command.main([]) == 3
    assert capsys.readouterr().err == "error: haproxy is not installed: apt-get …\n"


def test_without_a_dear_price(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that cannot be rehearsed is told of before anything begins."""
    monkeypatch.setattr(balancer, "available", lambda: "")
    monkeypatch.setattr(command, "missing", lambda _: "")
    monkeypatch.setattr(command, "all_alike", lambda _: "the golden rows have one price")
    assert command.main([]) == 3
    assert capsys.readouterr().err == "error: the golden rows have one price\n"


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
