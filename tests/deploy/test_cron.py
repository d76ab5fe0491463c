"""Cron expressions."""

import pytest

from deploy.cron import cron_fault


@pytest.mark.parametrize(
    "text", ["0 22 * * *", "*/15 8-18/2 1,15 * MON-FRI", "59 23 31 DEC 7", "0 6 * jan,JUL 1-5"]
)
def test_what_auto_scaling_takes_is_right(text: str) -> None:
    """Numbers, names, ranges, lists and steps."""
    assert cron_fault(text) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "five fields"),
        ("0 22 * *", "five fields"),
        ("0  22 * * *", "five fields"),
        ("@daily", "five fields"),
        ("60 22 * * *", "'60' is no minute"),
        ("0 18-8 * * *", "'18-8' is no hour"),
        ("0 22 0 * *", "'0' is no day of the month"),
        ("0 22 * OKT *", "'OKT' is no month"),
        ("0 22 * * */0", "'*/0' is no day of the week"),
        ("0 22 * * ?", "'?' is no day of the week"),
        ("0, 22 * * *", "'0,' is no minute"),
    ],
)
def test_what_it_does_not_take_is_named(text: str, named: str) -> None:
    """The field, and what it may be."""
    assert named in str(cron_fault(text))
