"""Which IAM actions each verb needs: a list that a test holds equal to the calls that are made."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

LIST = Path(__file__).with_name("calls.toml")

Calls = dict[str, dict[str, tuple[str, ...]]]
"""Door, verb, sorted actions."""


def read_calls(path: Path = LIST) -> Calls:
    """The whole list."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        door: {verb: tuple(actions) for verb, actions in verbs.items()}
        for door, verbs in document.items()
    }


def actions_of(calls: Calls, verbs: Iterable[str], doors: Iterable[str]) -> tuple[str, ...]:
    """The sorted actions of some verbs at some doors; a verb that a door lacks needs none."""
    wanted = set(verbs)
    found = {
        action
        for door in doors
        for verb, actions in calls.get(door, {}).items()
        if verb in wanted
        for action in actions
    }
    return tuple(sorted(found))


def written(calls: Calls) -> str:
    """The list as a file, as `read_calls` reads it."""
    parts = [_HEAD]
    for door in sorted(calls):
        parts.append(f"\n[{door}]\n")
        for verb, actions in sorted(calls[door].items()):
            lines = "".join(f'    "{action}",\n' for action in sorted(actions))
            parts.append(f"{verb} = [\n{lines}]\n" if lines else f"{verb} = []\n")
    return "".join(parts)


_HEAD = """\
# The IAM actions that each verb needs at each door, as the tests have recorded them.
# The roles of GitHub Actions and `doctor` are made from this list. A change of the code
# changes it; the test that fails says what the new list is.
"""
