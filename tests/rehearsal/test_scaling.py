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

    def minute(self, requests: int) -> None:
        """A minute with so many requests at each of two instances."""
        self.given += requests
        self.app.twin.clock.advance(60)
        seen = Target(HEALTHY, 0, self.given)
        self.scaling.look(self.group, {"i-1": seen, "i-2": seen})


@pytest.fixture
def app(twin: Twin) -> Stack:
    return stack(twin)


@pytest.fixture
def tracked(app: Stack) -> Tracked:
    app.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=app.name, MinSize=1, MaxSize=4, DesiredCapacity=2
    )
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget"}
    app.autoscaling.put_scaling_policy(
        AutoScalingGroupName=app.name,
        PolicyName="requests",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 1000},
    )
    return Tracked(app)


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


def test_without_a_policy_it_stays(app: Stack) -> None:
    """However much is asked."""
    tracked = Tracked(app)
    tracked.minute(9000)
    assert tracked.resized == []


def test_a_minute_is_of_the_clock(tracked: Tracked) -> None:
    """Nothing is judged before it is over."""
    tracked.app.twin.clock.advance(59)
    tracked.scaling.look(tracked.group, {"i-1": Target(HEALTHY, 0, 10**6)})
    assert tracked.resized == []
