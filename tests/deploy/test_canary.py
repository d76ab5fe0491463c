"""Releases of the function, on a virtual clock."""

import msgspec
import pytest

from deploy.errors import (
    Aborted,
    Failed,
    LeaseHeld,
    Refused,
    RollbackFailed,
    RolledBack,
    TimedOut,
)
from deploy.releases.abort import abort_canary
from deploy.releases.lease import key_of
from deploy.releases.smoke import Unasked
from deploy.releases.traffic import Traffic
from tests.deploy.functions import FunctionScene, function_scene, settled, short
from tests.deploy.scenes import push
from tests.twin.faults import Interrupted
from tests.twin.twin import Twin

INDEX = "application/vnd.oci.image.index.v1+json"
SHIFTING = 31
"""How many calls a release with a short bake makes; a test holds it true."""


@pytest.fixture
def world(twin: Twin) -> FunctionScene:
    return function_scene(twin)


@pytest.fixture
def old(world: FunctionScene) -> str:
    """An image that takes all of the traffic."""
    digest = push(world.twin, "a")
    settled(world, digest)
    return digest


def test_share_first_then_all(world: FunctionScene, old: str) -> None:
    """A tenth of the traffic for the bake, then all of it, to the very image."""
    new = push(world.twin, "b")
    seen: list[Traffic | None] = []
    world.twin.clock.after(30, lambda: seen.append(world.traffic()))
    record = world.release(new, commit="c0ffee")
    assert seen == [Traffic("1", {"2": 0.1})]
    assert world.end() == {
        "traffic": Traffic("2"),
        "versions": [(1, old), (2, new)],
        "outcome": "succeeded",
        "digest": new,
    }
    assert (record.before, record.version) == (old, "2")
    assert record.phases["canary"] == 60


def test_no_time_is_wasted(world: FunctionScene, old: str) -> None:
    """Lambda takes three seconds for the image: it is looked at after one, and soon again. The
    bake ends to the second."""
    release = msgspec.structs.replace(world.config.release, bake_seconds=25)
    world.config = msgspec.structs.replace(world.config, release=release)
    record = world.release(push(world.twin, "b"))
    assert 3 <= record.phases["version"] < 5
    assert record.phases["canary"] == 25


def test_lines_come_when_something_changes(world: FunctionScene, old: str) -> None:
    """In a log without a screen each line stays; the time that has passed stands before it."""
    world.release(push(world.twin, "b"))
    lines = world.said.getvalue().splitlines()
    assert lines == [
        "[0:00] version: …",
        "[0:00] version: Lambda prepares the image",
        "[0:04] canary: …",
        "[0:04] canary: version 2 takes 10 % for 1:00",
        "[1:04] canary: version 2 takes all of the traffic",
        "[1:04] smoke: …",
    ]


def test_first_release_makes_the_function(world: FunctionScene) -> None:
    """There is nothing to compare with, and nobody to spare."""
    digest = push(world.twin, "a")
    assert world.release(digest).outcome == "succeeded"
    assert world.traffic() == Traffic("1")
    assert "lambda.UpdateAlias" not in world.twin.calls.names


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
        f"release of {new}\n"
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


def test_function_that_cannot_be_asked(world: FunctionScene, old: str) -> None:
    """Before the share nothing is changed; after it the new version stays, untested."""
    new = push(world.twin, "b")
    world.smoke.closed = "gave 403."
    with pytest.raises(Refused, match="--no-smoke"):
        world.release(new)
    assert world.traffic() == Traffic("1")
    world.smoke.closed = ""
    world.twin.clock.after(60, lambda: setattr(world.smoke, "closed", "gave 403."))
    with pytest.raises(Unasked, match="untested"):
        world.release(new)
    assert world.traffic() == Traffic("2")


def test_smoke_failure_of_the_first(world: FunctionScene) -> None:
    """There is nothing to go back to."""
    digest = push(world.twin, "a")
    world.smoke.bad.add(digest)
    with pytest.raises(Failed, match="nothing to go back to"):
        world.release(digest)


def test_released_digest_is_a_no_op(world: FunctionScene, old: str) -> None:
    """Nothing is written but the lease."""
    world.twin.calls.clear()
    assert world.release(old).outcome == ""
    assert {call.name for call in world.twin.calls.writes} == {"s3.PutObject"}


def test_changed_configuration_is_rolled_out(world: FunctionScene, old: str) -> None:
    """The same image with more memory is a new version, and gets its canary."""
    with world.twin.aside():
        client = world.twin.client("lambda")
        client.update_function_configuration(FunctionName=world.place.function, MemorySize=2048)
    assert world.release(old).outcome == "succeeded"
    assert world.traffic() == Traffic("2")


def test_architecture_moves_with_the_image(world: FunctionScene, old: str) -> None:
    """What answers is for the configured architecture; the version before stays for its own."""
    server = msgspec.structs.replace(
        world.config.server, architecture="arm64", instance_type="t4g.small"
    )
    world.config = msgspec.structs.replace(world.config, server=server)
    world.release(push(world.twin, "b", machine="arm64"))
    with world.twin.aside():
        ask = world.twin.client("lambda").get_function_configuration
        found = [ask(FunctionName=world.place.function, Qualifier=each) for each in ("1", "2")]
    assert [each["Architectures"] for each in found] == [["x86_64"], ["arm64"]]


def test_image_for_another_architecture_is_refused(world: FunctionScene, old: str) -> None:
    """Lambda would take it, and every call of the new version would end in an error."""
    new = push(world.twin, "b", machine="arm64")
    world.twin.calls.clear()
    with pytest.raises(Refused, match=r"is for arm64, and server.architecture is x86_64"):
        world.release(new)
    assert {call.name for call in world.twin.calls.writes} == {"s3.PutObject"}
    assert world.end()["versions"] == [(1, old)]


def test_firing_alarm_refuses(world: FunctionScene, old: str) -> None:
    """A canary beside a ringing alarm would prove nothing."""
    world.twin.alarms.set(world.place.alarms[0], "ALARM")
    with pytest.raises(Refused, match="--despite-alarms"):
        world.release(push(world.twin, "b"))
    assert world.traffic() == Traffic("1")


def test_way_back_is_at_once(world: FunctionScene, old: str) -> None:
    """Without alarms to heed there is no share and no bake."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM")
    before = world.twin.clock.time()
    assert world.release(new, despite_alarms=True, verb="rollback").outcome == "succeeded"
    assert world.twin.clock.time() - before < 30


def test_abandoned_share_is_superseded(world: FunctionScene, old: str) -> None:
    """What a dead run left is replaced, and the output says so."""
    other, new = push(world.twin, "b"), push(world.twin, "c")
    die_in_the_bake(world, other)
    assert world.release(new).outcome == "succeeded"
    assert world.traffic() == Traffic("3")
    assert "supersedes version 2" in world.said.getvalue()


def test_alarm_after_a_dead_run(world: FunctionScene, old: str) -> None:
    """The share that it left ends, whichever image is released next."""
    new, other = push(world.twin, "b"), push(world.twin, "c")
    for digest, error in ((new, RolledBack), (other, Refused)):
        world.twin.alarms.set(world.place.alarms[0], "OK")
        die_in_the_bake(world, new)
        world.twin.alarms.set(world.place.alarms[0], "ALARM")
        with pytest.raises(error):
            world.release(digest)
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


def test_lost_lease_leaves_the_share_to_its_owner(world: FunctionScene, old: str) -> None:
    """Whoever has taken the lease decides what becomes of it."""

    def take() -> None:
        with world.twin.aside():
            world.twin.client("s3").delete_object(
                Bucket=world.place.bucket, Key=key_of(world.place.door)
            )

    world.twin.clock.after(30, take)
    with pytest.raises(LeaseHeld):
        world.release(push(world.twin, "b"))
    assert world.traffic() == Traffic("1", {"2": 0.1})


def test_share_that_is_taken_away(world: FunctionScene, old: str) -> None:
    """`abort` from elsewhere: the release does not put the image back that somebody stopped."""

    def abort() -> None:
        with world.twin.aside():
            abort_canary(world.aws, world.place)

    world.twin.clock.after(30, abort)
    with pytest.raises(Aborted, match="has lost its share"):
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


def die_in_the_bake(world: FunctionScene, digest: str) -> None:
    """Kill a release while a share is watched, and let its lease run out."""
    world.twin.clock.after(30, lambda: world.twin.faults.interrupt_after(1))
    with pytest.raises(Interrupted):
        world.release(digest)
    world.twin.faults.clear()
    world.twin.clock.advance(61)
    assert world.traffic() == Traffic("1", {"2": 0.1})


def stop_after(world: FunctionScene, seconds: float) -> None:
    """Control-C at a moment of the clock's."""

    def stop() -> None:
        raise KeyboardInterrupt

    world.twin.clock.after(seconds, stop)


def test_image_index_is_refused(world: FunctionScene, old: str) -> None:
    """Lambda does not take it; the flags that mend it are named."""
    index = push(world.twin, "b", media_type=INDEX)
    with pytest.raises(Refused, match=r"--provenance=false"):
        world.release(index)


def test_repository_that_does_not_admit_lambda(world: FunctionScene, old: str) -> None:
    """Nothing was changed, and it is said what admits it."""
    new = push(world.twin, "b")
    with world.twin.aside():
        world.twin.client("ecr").delete_repository_policy(repositoryName=world.place.repository)
    with pytest.raises(Refused, match="`apply function`"):
        world.release(new)
    assert world.traffic() == Traffic("1")


def test_two_at_once(world: FunctionScene, old: str) -> None:
    """The second is told, and changes nothing."""
    new = push(world.twin, "b")

    def second() -> None:
        with world.twin.aside(), pytest.raises(LeaseHeld):
            world.release(old)

    world.twin.clock.after(30, second)
    assert world.release(new).outcome == "succeeded"


@pytest.mark.parametrize("after", range(1, SHIFTING + 1))
def test_interrupted_after_every_call(world: FunctionScene, old: str, after: int) -> None:
    """Killed anywhere and started again, it comes to the same end."""
    new = push(world.twin, "b")
    short(world)
    world.twin.calls.clear()
    world.twin.faults.interrupt_after(after)
    with pytest.raises(Interrupted):
        world.release(new)
    world.twin.clock.advance(61)
    world.release(new)
    assert world.end() == {
        "traffic": Traffic("2"),
        "versions": [(1, old), (2, new)],
        "outcome": "succeeded",
        "digest": new,
    }


def test_number_of_calls(world: FunctionScene, old: str) -> None:
    """Every call is an interruption point of the test above."""
    new = push(world.twin, "b")
    short(world)
    world.twin.calls.clear()
    world.release(new)
    assert len(world.twin.calls) == SHIFTING


@pytest.mark.parametrize("fault", ["throttle", "outage", "unreachable", "lost"])
def test_faults_of_every_operation_are_survived(world: FunctionScene, old: str, fault: str) -> None:
    """Each operation is struck at its first attempt."""
    new = push(world.twin, "b")
    world.twin.faults.first(fault)
    assert world.release(new).outcome == "succeeded"
    world.twin.faults.clear()
    assert world.end()["versions"] == [(1, old), (2, new)]


def test_image_that_lambda_cannot_prepare(world: FunctionScene, old: str) -> None:
    """Lambda's reason is the release's, the version before serves, and the next release goes."""
    new = push(world.twin, "b")
    world.twin.functions.fail("update", "the image cannot be read")
    with pytest.raises(Failed, match="the image cannot be read"):
        world.release(new)
    assert world.traffic() == Traffic("1")
    assert world.release(new).outcome == "succeeded"
    assert world.end()["versions"] == [(1, old), (2, new)]


def test_change_that_failed_before(world: FunctionScene, old: str) -> None:
    """A failed change is mended by the release that follows, also by one of the same image."""
    with world.twin.aside():
        world.twin.functions.fail("update", "the role cannot be taken on")
        client = world.twin.client("lambda")
        client.update_function_configuration(FunctionName=world.place.function, MemorySize=2048)
    record = world.release(old, verb="rollback")
    assert record.outcome == ""
    assert world.release(push(world.twin, "b")).outcome == "succeeded"
