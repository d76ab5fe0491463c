"""Scheduled scaling."""

from typing import Any

import msgspec

from deploy.config import Config, Schedule, Server
from deploy.releases.filling import complete
from deploy.releases.smoke import nothing
from tests.deploy.worlds import CONFIG, made, running
from tests.twin.twin import Twin

NIGHT = Schedule(name="night", cron="0 22 * * *", min=1, max=2, desired=1)
GROUP = "shop-production"


def _config(*schedule: Schedule) -> Config:
    return msgspec.structs.replace(CONFIG, server=Server(schedule=schedule))


def _actions(twin: Twin) -> list[str]:
    with twin.aside():
        answer = twin.client("autoscaling").describe_scheduled_actions()
    return [each["ScheduledActionName"] for each in answer["ScheduledUpdateGroupActions"]]


def _missing(twin: Twin) -> dict[str, Any]:
    with twin.aside():
        alarms = twin.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {each["AlarmName"].rpartition("-")[2]: each["TreatMissingData"] for each in alarms}


def test_an_empty_group_has_no_schedule(twin: Twin) -> None:
    """It would be filled at night with instances that run no image."""
    world = made(twin, config=_config(NIGHT))
    assert _actions(twin) == []
    assert world.plan() == []


def test_a_group_that_is_empty_again_loses_it(twin: Twin) -> None:
    """As after a first release that failed."""
    world = running(twin, _config(NIGHT))
    assert _actions(twin) == ["night"]
    with twin.aside():
        twin.client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            LaunchTemplate={"LaunchTemplateName": GROUP, "Version": "1"},
            MinSize=0,
            MaxSize=0,
            DesiredCapacity=0,
        )
    assert {"delete schedule", "update alarm"} == {
        f"{change.action} {change.kind}" for change in world.apply()
    }
    assert _actions(twin) == []


def test_the_filled_group_gets_it_with_its_first_release(twin: Twin) -> None:
    """So that no apply has to follow."""
    world = made(twin, config=_config())
    world.run(world.push())
    world.config = _config(NIGHT)
    assert [change.kind for change in complete(world.aws, world.server(), nothing)] == ["schedule"]
    assert _actions(twin) == ["night"]
    assert world.plan() == []


def test_a_filled_group_misses_its_instances(twin: Twin) -> None:
    """An outage ends all data: that is an alarm then, but not while the group is to be empty."""
    world = made(twin)
    assert _missing(twin)["outage"] == "notBreaching"
    world.run(world.push())
    assert _missing(twin) == {
        "errors": "notBreaching",
        "latency": "notBreaching",
        "hosts": "notBreaching",
        "outage": "breaching",
    }


def test_a_group_that_may_sleep_misses_nothing(twin: Twin) -> None:
    """A schedule that lets it hold nothing says that nothing is no outage."""
    sleep = msgspec.structs.replace(NIGHT, min=0, desired=0)
    running(twin, _config(sleep))
    assert _missing(twin)["outage"] == "notBreaching"


def test_what_is_taken_out_of_the_configuration_goes(twin: Twin) -> None:
    """One of two, and then the last."""
    evening = msgspec.structs.replace(NIGHT, name="evening")
    world = running(twin, _config(NIGHT, evening))
    world.config = _config(evening)
    world.apply()
    assert _actions(twin) == ["evening"]
    world.config = _config()
    world.apply()
    assert _actions(twin) == []
