from __future__ import annotations

import pytest

from tests.twin.twin import Twin
from tests.twin.worlds import Stack


def test_an_alarm_is_set_now_or_later(app: Stack) -> None:
    """The state is CloudWatch's own, and changes at its moment."""
    app.alarm("errors")
    assert _state(app.twin) == "OK"
    app.twin.alarms.set("errors", "ALARM", after=60)
    app.twin.clock.advance(59)
    assert _state(app.twin) == "OK"
    app.twin.clock.advance(1)
    assert _state(app.twin) == "ALARM"


def test_an_alarm_that_does_not_exist(twin: Twin) -> None:
    """A slip in a test's own name is told, with the names that there are."""
    with pytest.raises(KeyError, match="no alarm 'eror'"):
        twin.alarms.set("eror", "ALARM")
    with pytest.raises(ValueError, match="not 'FIRE'"):
        twin.alarms.set("error", "FIRE")


def _state(twin: Twin) -> str:
    alarms = twin.client("cloudwatch").describe_alarms(AlarmNames=["errors"])["MetricAlarms"]
    return str(alarms[0]["StateValue"])
