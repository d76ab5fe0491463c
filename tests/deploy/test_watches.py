"""What the alarms watch."""

import re

import pytest

from deploy.watches import server_watches
from tests.deploy.worlds import CONFIG

WATCHES = server_watches(CONFIG, {"LoadBalancer": "b"}, {"TargetGroup": "t"}, filled=True)


def _value(**sums: float) -> float | None:
    """The value of the alarm on errors; metrics that are not named have no data in this minute."""
    known = {"errors": None, "refused": None, "requests": None, **sums}
    terms = re.findall(r"FILL\((\w+), 0\)", WATCHES["errors"].expression)
    top, bottom = sum(known[t] or 0 for t in terms[:2]), sum(known[t] or 0 for t in terms[2:])
    return 100 * top / bottom if bottom else None


@pytest.mark.parametrize(
    ("sums", "value"),
    [
        ({}, None),
        ({"requests": 100}, 0),
        ({"requests": 100, "errors": 3}, 3),
        ({"refused": 50}, 100),
        ({"requests": 50, "refused": 50}, 50),
    ],
)
def test_a_total_outage_is_an_error(sums: dict[str, float], value: float | None) -> None:
    """Requests without a target are no requests to the balancer, but refused they are."""
    assert _value(**sums) == value


def test_the_expression_is_a_share() -> None:
    """Both kinds of errors, over all that was asked."""
    assert WATCHES["errors"].expression == (
        "100 * (FILL(errors, 0) + FILL(refused, 0)) / (FILL(requests, 0) + FILL(refused, 0))"
    )


def test_no_healthy_instance_is_an_alarm() -> None:
    """Even if there is none that could be counted."""
    outage = WATCHES["outage"]
    assert (outage.side, outage.threshold, outage.missing) == ("under", 1, "breaching")
