"""docs/deploy.md says what the code does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import errors
from deploy.__main__ import VERBS
from deploy.errors import CHANGES, DONE, DeployError
from tests.deploy.account import empty_account
from tests.deploy.calling import call

TEXT = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")


def families(above: type[DeployError] = DeployError) -> Iterator[type[DeployError]]:
    """Every error of the tree below the root."""
    for each in above.__subclasses__():
        if each.__module__ == errors.__name__:
            yield each
        yield from families(each)


def exit_codes() -> str:
    """The table as the document must have it."""
    rows = {DONE: "done", CHANGES: "`plan` has something to change"}
    rows |= {each.exit_code: str(each.__doc__) for each in families()}
    rows[130] = "any other verb was interrupted from the keyboard; the same command goes on"
    rows[141] = "whoever read the output, such as `head`, has gone"
    lines = [f"| {code} | {when} |" for code, when in sorted(rows.items())]
    return "\n".join(["| code | when |", "|---|---|", *lines])


def test_the_exit_codes_are_those_of_the_errors() -> None:
    """Each has one of its own, and the table is the one that the errors give."""
    codes = [each.exit_code for each in families()]
    assert len(codes) == len(set(codes))
    assert exit_codes() in TEXT


def test_every_verb_is_named() -> None:
    """In the table of verbs, and none that is not there."""
    table = TEXT.partition("## The verbs")[2].partition("##")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name.split()[0] for row in rows for name in re.findall(r"`([a-z ]+)`", row)}
    assert named == set(VERBS)


@pytest.mark.parametrize("door", ["server", "function"])
def test_the_costs_are_the_ones_that_the_verb_prints(
    door: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the default configuration, offline."""
    (tmp_path / "deploy.toml").write_text('name = "price"\nregion = "us-east-1"\n')
    with empty_account() as aws:
        call("cost", door, "--offline", aws=aws, directory=tmp_path)
    table, _, notes = capsys.readouterr().out.rpartition("\n\n")
    assert table in TEXT
    assert notes.splitlines()[0].removesuffix(".") in TEXT
