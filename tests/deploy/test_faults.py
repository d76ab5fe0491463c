"""Throttling, outages and lost answers on every operation are survived."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.aws import Aws
from deploy.errors import TimedOut
from deploy.names import FUNCTION, SERVER
from deploy.waiting import retried, until
from tests.deploy.worlds import World, inventory, made
from tests.twin.faults import LOST, OUTAGE, THROTTLE, UNREACHABLE
from tests.twin.twin import Twin


@pytest.mark.parametrize("door", [SERVER, FUNCTION])
@pytest.mark.parametrize("fault", [THROTTLE, OUTAGE, UNREACHABLE, LOST])
def test_every_operation_may_fail_once(twin: Twin, door: str, fault: str) -> None:
    """The first attempt at each is struck, and the account is as it would have been: what was done
    although nobody heard of it is neither done twice, nor taken for somebody else's."""
    before = inventory(twin)
    world = World(twin, door)
    twin.faults.first(fault)
    world.apply()
    assert world.plan() == []
    twin.faults.clear()
    twin.faults.first(fault)
    world.destroy()
    assert inventory(twin) == before


def test_what_was_just_made_need_not_be_known_yet(twin: Twin) -> None:
    """EC2 has not heard of the group, Auto Scaling neither; S3 is not done with the bucket."""
    world = made(twin)
    expected = inventory(twin)
    world.destroy()
    twin.security_groups.delay, twin.security_groups.launch_delay = 20, 100
    twin.faults.on("s3.CreateBucket", times=5, error="OperationAborted")
    world.apply()
    assert world.plan() == []
    assert inventory(twin) == expected


def test_what_never_comes_is_given_up(twin: Twin) -> None:
    """With what was waited for, and what to do."""
    said: list[str] = []
    aws = Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep, say=said.append)
    started = twin.clock.time()
    with pytest.raises(TimedOut, match="still not so that the sun shines"):
        until(aws, lambda: False, what="the sun shines", limit=100)
    assert 100 <= twin.clock.time() - started < 130
    assert said == ["waiting until the sun shines"]


def test_what_aws_said_last_is_told(twin: Twin) -> None:
    """As a sentence of its own, before the advice."""
    aws = Aws(twin.session(), clock=twin.clock.time, sleep=twin.clock.sleep)
    words = iter(range(1000))

    def call() -> None:
        told: Any = {"Error": {"Code": "InUse", "Message": f"in use, {next(words)}"}}
        raise ClientError(told, "DeleteThing")

    with pytest.raises(TimedOut) as end:
        retried(aws, call, lambda _: True, what="it goes", limit=100)
    last = next(words) - 1
    assert str(end.value) == (
        f"After 100 seconds it is still not so that it goes. AWS says: in use, {last}. "
        "Run the same command again: it goes on where it stopped."
    )
