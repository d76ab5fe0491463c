"""What a person reads of a plan, and what a machine does."""

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from deploy.resource import Change, Difference, Later

SIGNS = {"create": "+", "update": "~", "delete": "-"}
DONE = {"create": "made", "update": "changed", "delete": "deleted"}
TO_DO = {"create": "make", "update": "change", "delete": "delete"}

LONGEST = 20
"""Lines that are shown of the changes of one script."""


def plan_text(changes: Sequence[Change]) -> str:
    """Every change, the differing keys as live → wanted, and the sum."""
    lines = [line for change in changes for line in change_lines(change)]
    return "\n".join([*lines, "" if lines else "Nothing to change.", _sum(changes)]).strip() + "\n"


def change_lines(change: Change) -> list[str]:
    """One change: a line for what is made or deleted, the differences for what is updated."""
    lines = [f"{SIGNS[change.action]} {change.kind} {change.name}"]
    if change.action == "update":
        for difference in change.differences:
            lines += [f"    {line}" for line in difference_lines(difference)]
    return lines


def done_line(change: Change) -> str:
    """One change that has just been made."""
    return f"{DONE[change.action]:>8}  {change.kind} {change.name}"


def difference_lines(difference: Difference) -> list[str]:
    """One key: live → wanted, or of sets, documents and scripts what goes and what comes."""
    if _is_script(difference.live) and _is_script(difference.wanted):
        return [f"{difference.key}:", *_script_lines(difference.live, difference.wanted)]
    live, wanted = _parts(difference.live), _parts(difference.wanted)
    if len(live) < 2 and len(wanted) < 2:
        return [f"{difference.key}: {''.join(live) or 'none'} → {''.join(wanted) or 'none'}"]
    gone = [f"  - {part}" for part in live if part not in wanted]
    new = [f"  + {part}" for part in wanted if part not in live]
    return [f"{difference.key}:", *gone, *new]


def _is_script(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value


def _script_lines(live: str, wanted: str) -> list[str]:
    """The lines that differ, in the order in which they stand."""
    compared = difflib.unified_diff(live.splitlines(), wanted.splitlines(), n=0, lineterm="")
    changed = [f"  {line[0]} {line[1:]}" for line in list(compared)[2:] if line[0] != "@"]
    more = len(changed) - LONGEST
    return changed if more <= 0 else [*changed[:LONGEST], f"  … and {more} more lines"]


def plan_json(changes: Iterable[Change], **facts: Any) -> str:
    """The same for a machine, with whatever facts belong to it."""
    document = {**facts, "changes": [_change(change) for change in changes]}
    return json.dumps(document, indent=2, default=_plain, ensure_ascii=False)


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": change.kind,
        "name": change.name,
        "differences": [
            {"key": each.key, "live": each.live, "wanted": each.wanted}
            for each in change.differences
        ],
    }


def _plain(value: object) -> object:
    if isinstance(value, Later):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a plan")


def _parts(value: Any) -> list[str]:
    """A value in pieces that can be compared one by one."""
    if value is None or value == "":
        return []
    if isinstance(value, tuple):
        return [str(each) for each in value]
    if isinstance(value, dict):
        return [f"{key} = {each}" for key, each in sorted(value.items())]
    if _is_script(value):
        return [f"{len(value.splitlines())} lines"]
    if isinstance(value, str) and value.startswith(("{", "[")):
        return json.dumps(json.loads(value), indent=1).splitlines()
    return [str(value)]


def _sum(changes: Sequence[Change]) -> str:
    counts = [
        f"{number} to {TO_DO[action]}"
        for action in SIGNS
        if (number := sum(change.action == action for change in changes))
    ]
    return ", ".join(counts) + "." if counts else ""
