"""Target tracking: a group follows the requests of each of its instances."""

from dataclasses import dataclass, field

import pytest
from moto.autoscaling.models import FakeAutoScalingGroup

from tests.rehearsal.balancer import Target
from tests.rehearsal.scaling import Scaling
from tests.twin.health import HEALTHY
from tests.twin.plugin import twin
from tests.twin.twin import Twin
from tests.twin.worlds import Stack, stack

__all__ = ["twin"]


@dataclass
class Tracked:
    """A group with a policy of 1000 requests a minute, and the clock of it."""

    app: Stack
    resized: list[int] = field(default_factory=list)
    given: int = 0

    def __post_init__(self) -> None:
        self.scaling = Scaling(self.app.twin.clock.time, lambda _, to: self.resized.append(to))

    @property
    def group(self) -> FakeAutoScalingGroup:
        return self.app.twin.place.autoscaling.autoscaling_groups[self.app.name]

    def minute(self, requests: int, count: int = 2, seconds: float = 60) -> None:
        """A minute with so many requests at each of some instances."""
        self.given += requests
        self.app.twin.clock.advance(seconds)
        seen = Target(HEALTHY, 0, self.given)
        self.scaling.look(self.group, {f"i-{number}": seen for number in range(count)})


@pytest.fixture
def app(twin: Twin) -> Stack:
    return stack(twin)


@pytest.fixture
def tracked(app: Stack) -> Tracked:
    app.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=app.name, MinSize=1, MaxSize=4, DesiredCapacity=2
    )
    track(app, app.name, 1000)
    return Tracked(app)


def track(app: Stack, group: str, requests: int) -> None:
    """So many a minute are wanted for each instance of a group."""
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget"}
    wanted = {"PredefinedMetricSpecification": metric, "TargetValue": requests}
    app.autoscaling.put_scaling_policy(
        AutoScalingGroupName=group,
        PolicyName="requests",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration=wanted,
    )


def test_it_grows_at_once(tracked: Tracked) -> None:
    """To as many as have the wanted load each, and to no more than the group may have."""
    tracked.minute(1000)
    assert tracked.resized == []
    tracked.minute(1300)
    assert tracked.resized == [3]
    tracked.minute(9000)
    assert tracked.resized == [3, 4]


def test_it_shrinks_after_a_while(tracked: Tracked) -> None:
    """Never to fewer than the group has to have, and one busy minute begins it anew."""
    for requests in (100, 100, 950, 100, 100):
        tracked.minute(requests)
    assert tracked.resized == []
    tracked.minute(100)
    assert tracked.resized == [1]


def test_a_little_less_is_not_low(tracked: Tracked) -> None:
    """A large group could do with one instance less, and keeps it above nine tenths."""
    size = {"MaxSize": 20, "DesiredCapacity": 20}
    tracked.app.autoscaling.update_auto_scaling_group(AutoScalingGroupName=tracked.app.name, **size)
    for requests in (910, 910, 910, 890, 890):
        tracked.minute(requests, count=20)
    assert tracked.resized == []
    tracked.minute(890, count=20)
    assert tracked.resized == [18]


def test_minutes_follow_each_other(tracked: Tracked) -> None:
    """Though one was looked at late: the next is not longer for it."""
    tracked.minute(500, seconds=80)
    tracked.minute(1300, seconds=39)
    assert tracked.resized == []
    tracked.minute(0, seconds=1)
    assert tracked.resized == [3]


def test_without_a_policy_it_stays(app: Stack) -> None:
    """However much is asked, and whatever another group wants."""
    track(app, app.name, 10)
    policy = app.twin.place.autoscaling.policies.values()
    next(iter(policy)).auto_scaling_group_name = "another"
    tracked = Tracked(app)
    tracked.minute(9000)
    assert tracked.resized == []


def test_a_minute_is_of_the_clock(tracked: Tracked) -> None:
    """Nothing is judged before it is over."""
    tracked.app.twin.clock.advance(59)
    tracked.scaling.look(tracked.group, {"i-1": Target(HEALTHY, 0, 10**6)})
    assert tracked.resized == []
