"""What the alarms watch: their expressions, evaluated as CloudWatch does it for one minute."""

import pytest

from deploy.resources.alarm import Watch
from deploy.watches import function_watches, server_watches
from tests.deploy.worlds import CONFIG

LIVE = {"FunctionName": "shop-production", "Resource": "shop-production:live"}
FUNCTION = function_watches(CONFIG, LIVE)
SERVER = server_watches(CONFIG, {"LoadBalancer": "b"}, {"TargetGroup": "t"}, filled=True)


def value(watch: Watch, **seen: float) -> float | None:
    """The value of a minute in which only some metrics have data; None if there is none."""
    names = {metric.id: seen.get(metric.id) for metric in watch.metrics}
    functions = {"FILL": lambda value, default: default if value is None else value, "MAX": max}
    try:
        return float(eval(watch.expression, functions, names))  # noqa: S307 - an expression of ours
    except ZeroDivisionError:
        return None


@pytest.mark.parametrize(
    ("seen", "percent"),
    [
        ({}, None),
        ({"invocations": 200, "requests": 200}, 0),
        ({"invocations": 200, "requests": 200, "answers": 20}, 10),  # the service answers 500
        ({"invocations": 200, "requests": 200, "errors": 20, "answers": 20}, 10),  # it raises
        ({"invocations": 200, "errors": 20}, 10),  # called without the URL
        ({"requests": 200, "answers": 200}, 100),  # no invocation is even begun
    ],
)
def test_errors_of_the_function(seen: dict[str, float], percent: float | None) -> None:
    """Each failure counts once, whether the code raises it or answers it."""
    assert value(FUNCTION["errors"], **seen) == percent


def test_a_release_heeds_answers_with_5xx() -> None:
    """Of the alias, through its URL: a canary that answers 500 to its share is over the limit."""
    watch = FUNCTION["errors"]
    names = {(metric.name, *sorted(metric.dimensions.items())) for metric in watch.metrics}
    assert ("Url5xxCount", *sorted(LIVE.items())) in names
    share = 1000 * CONFIG.function.canary_percent / 100
    found = value(watch, invocations=1000, requests=1000, answers=share)
    assert found is not None
    assert found > watch.threshold


@pytest.mark.parametrize(
    ("seen", "percent"),
    [
        ({}, None),
        ({"requests": 100}, 0),
        ({"requests": 100, "errors": 3}, 3),
        ({"refused": 50}, 100),
        ({"requests": 50, "refused": 50}, 50),
    ],
)
def test_errors_of_the_server(seen: dict[str, float], percent: float | None) -> None:
    """Requests without a target are no requests to the balancer, but refused they are."""
    assert value(SERVER["errors"], **seen) == percent


def test_no_healthy_instance_is_an_alarm() -> None:
    """Even if there is none that could be counted."""
    outage = SERVER["outage"]
    assert (outage.side, outage.threshold, outage.missing) == ("under", 1, "breaching")
