"""Shares of the traffic that are given back."""

import msgspec
import pytest

from deploy.errors import Aborted, Failed, Refused, RollbackFailed, RolledBack, TimedOut
from deploy.releases.traffic import Traffic
from tests.deploy.functions import FunctionScene
from tests.deploy.scenes import push


def stop_after(world: FunctionScene, seconds: float) -> None:
    """Control-C at a moment of the clock's."""

    def stop() -> None:
        raise KeyboardInterrupt

    world.twin.clock.after(seconds, stop)


@pytest.mark.parametrize("after", [40, 200])
def test_alarm_gives_all_back(world: FunctionScene, old: str, after: float) -> None:
    """An alarm in the bake ends the share at once; one after it is too late."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM", after=after, reason="3 of 100")
    if after > 100:
        assert world.release(new).outcome == "succeeded"
        return
    with pytest.raises(RolledBack) as failed:
        world.release(new)
    assert str(failed.value) == (
        f"release of {new} was rolled back\n"
        "why        alarm shop-staging-function-errors is in ALARM (3 of 100)\n"
        f"serves     version 1: {old}\n"
        "next       python -m deploy logs function --env staging\n"
        "           python -m deploy history function --env staging"
    )
    assert world.traffic() == Traffic("1")
    assert world.records()[0].outcome == "rolled back"


def test_smoke_failure_goes_back(world: FunctionScene, old: str) -> None:
    """A wrong price after the shift brings the version before back."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    with pytest.raises(RolledBack, match="golden row"):
        world.release(new)
    assert world.traffic() == Traffic("1")


def test_error_in_the_bake_ends_the_share(world: FunctionScene, old: str) -> None:
    """Nobody would heed the alarms of a share that is left behind."""
    world.twin.faults.on("cloudwatch.DescribeAlarms", nth=3, error="AccessDenied")
    with pytest.raises(Failed, match="AccessDenied"):
        world.release(push(world.twin, "b"))
    assert world.traffic() == Traffic("1")
    assert "Version 1 takes all of the traffic again" in world.said.getvalue()


def test_interruption_in_the_bake_ends_the_share(world: FunctionScene, old: str) -> None:
    """Control-C, and what ends as it does: exit code 8, and the message says who serves."""
    stop_after(world, 30)
    with pytest.raises(Aborted, match="Version 1 takes all of the traffic again"):
        world.release(push(world.twin, "b"))
    assert world.traffic() == Traffic("1")
    assert world.records()[0].outcome == "aborted"


def test_time_out_in_the_bake_ends_the_share(world: FunctionScene, old: str) -> None:
    """It is not left to itself."""
    limit = msgspec.structs.replace(world.config.release, timeout_seconds=60, bake_seconds=300)
    world.config = msgspec.structs.replace(world.config, release=limit)
    with pytest.raises(TimedOut, match="Version 1 takes all of the traffic again"):
        world.release(push(world.twin, "b"))
    assert world.traffic() == Traffic("1")


@pytest.mark.parametrize("cause", ["alarm", "smoke", "interruption", "error"])
def test_way_back_that_fails(world: FunctionScene, old: str, cause: str) -> None:
    """Whatever made it necessary, the exit code says so, and the message says who serves."""
    new = push(world.twin, "b")
    nth = 2
    if cause == "alarm":
        world.twin.alarms.set(world.place.alarms[0], "ALARM", after=40)
    elif cause == "smoke":
        world.smoke.bad.add(new)
        nth = 3
    elif cause == "interruption":
        stop_after(world, 30)
    else:
        world.twin.faults.on("cloudwatch.DescribeAlarms", nth=3, error="AccessDenied")
    world.twin.faults.on("lambda.UpdateAlias", nth=nth, error="AccessDenied")
    with pytest.raises(RollbackFailed) as failed:
        world.release(new)
    serves = f"version 2: {new}" if cause == "smoke" else f"version 1: {old}, version 2 with 10%"
    assert f"serves     {serves}\n" in str(failed.value)
    assert "The way back: Your credentials may not do lambda:UpdateAlias" in str(failed.value)
    assert world.records()[0].outcome == "rollback failed"


def test_way_back_where_nothing_is_seen(world: FunctionScene, old: str) -> None:
    """AWS tells no more who serves: the end is still that of a way back that failed."""
    world.twin.alarms.set(world.place.alarms[0], "ALARM", after=45)

    def blind() -> None:
        for operation in ("UpdateAlias", "GetAlias"):
            world.twin.faults.on(f"lambda.{operation}", times=9, error="AccessDenied")

    world.twin.clock.after(50, blind)
    with pytest.raises(RollbackFailed, match=r"serves     not known: .*AccessDenied"):
        world.release(push(world.twin, "b"))


def test_wrong_answer_before_any_traffic(world: FunctionScene, old: str) -> None:
    """The new version is asked by its number first: nobody's request has gone to it."""
    new = push(world.twin, "b")
    world.wrong.add(new)
    world.twin.calls.clear()
    with pytest.raises(RolledBack, match="golden row"):
        world.release(new)
    assert "lambda.UpdateAlias" not in world.twin.calls.names
    assert world.traffic() == Traffic("1")
    assert world.records()[0].outcome == "rolled back"


def test_share_of_a_dead_run_does_not_outlive_a_refusal(world: FunctionScene, old: str) -> None:
    """A release that is refused before its own share gives back what is left."""
    new = push(world.twin, "b")
    world.twin.clock.after(40, _die)
    with pytest.raises(Dead):
        world.release(new)
    assert world.traffic() == Traffic("1", {"2": 0.1})
    world.twin.clock.advance(61)
    world.smoke.closed = "GET /model gave 401."
    with pytest.raises(Refused, match="401"):
        world.release(new)
    assert world.traffic() == Traffic("1")


class Dead(BaseException):
    """The end of a process that had no time to do anything about it."""


def _die() -> None:
    raise Dead
