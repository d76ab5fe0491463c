"""Cron expressions, as Auto Scaling takes them: five fields, and no seconds, years or words."""

import re

_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)} | {
    name: number for number, name in enumerate(_DAYS)
}
_ITEM = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/([1-9]\d*))?")


def cron_fault(text: str) -> str | None:
    """What is wrong with an expression, or None."""
    fields = text.split(" ")
    if len(fields) != len(_FIELDS):
        return f"'{text}' is no cron expression: it has five fields, such as 0 22 * * 1-5"
    for field, (name, least, most) in zip(fields, _FIELDS, strict=True):
        if not all(_is_item(item, least, most) for item in field.split(",")):
            return f"'{field}' is no {name} of a cron expression ({least} to {most})"
    return None


def _is_item(item: str, least: int, most: int) -> bool:
    """Whether it is *, a value or a range of them, with a step behind or not."""
    found = _ITEM.fullmatch(item)
    if found is None:
        return False
    ends = [_number(each) for each in found.groups()[:2] if each is not None]
    return all(least <= each <= most for each in ends) and ends == sorted(ends)


def _number(word: str) -> int:
    """The value of a number or of a name such as MON; -1 for neither."""
    return int(word) if word.isdecimal() else _NUMBERS.get(word.upper(), -1)
