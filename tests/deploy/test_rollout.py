"""Releases of the server, on a virtual clock."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.errors import (
    Aborted,
    DeployError,
    Failed,
    LeaseHeld,
    Refused,
    RollbackFailed,
    RolledBack,
    TimedOut,
)
from deploy.releases.attempt import Order
from deploy.releases.fleet import look
from deploy.releases.history import History
from deploy.releases.lease import Lease
from deploy.releases.refresh import Manner, Refreshes
from deploy.releases.smoke import Unasked
from deploy.releases.watch import Watch
from tests.deploy.scenes import Scene, push, scene, settled
from tests.twin.twin import Twin


@pytest.fixture
def world(twin: Twin) -> Scene:
    return scene(twin)


@pytest.fixture
def old(world: Scene) -> str:
    """An image that two instances run."""
    digest = push(world.twin, "a")
    settled(world, digest)
    return digest


def start_aside(world: Scene, digest: str, **manner: Any) -> str:
    """A refresh that somebody else started; the number of its version."""
    with world.twin.aside():
        version = world.rollout()._versions.wanted(digest, world.rendering.render(digest))  # noqa: SLF001 - the very same version
        fleet = look(world.aws, world.place.group)
        Refreshes(world.aws, world.place.group).start(fleet, version.number, Manner(10, **manner))
    return version.number


def write_log(world: Scene, stream: str, *lines: str) -> None:
    """Lines in the log group, as an instance leaves them."""
    logs = world.twin.client("logs")
    logs.create_log_stream(logGroupName=world.place.log_group, logStreamName=stream)
    moment = int(world.twin.clock.time() * 1000)
    events = [{"timestamp": moment, "message": line} for line in lines]
    logs.put_log_events(logGroupName=world.place.log_group, logStreamName=stream, logEvents=events)


def newest_instance(world: Scene) -> str:
    """The instance launched last."""
    with world.twin.aside():
        instances = world.twin.client("ec2").describe_instances()["Reservations"]
    return str(instances[-1]["Instances"][-1]["InstanceId"])


def test_first_release_fills_the_group(world: Scene) -> None:
    """An empty group is moved to the version first and gets its sizes then."""
    digest = push(world.twin, "a")
    record = world.release(digest, commit="c0ffee")
    assert record.outcome == "succeeded"
    assert world.serving() == {digest: 2}
    assert world.end()["sizes"] == (2, 2, 4)
    assert world.records() == [record]
    assert list(record.phases) == ["version", "refresh", "health", "smoke"]


def test_release_replaces_every_instance(world: Scene, old: str) -> None:
    """The group is never without two that serve, and is changed by AWS alone, to a number."""
    new = push(world.twin, "b")
    record = world.release(new)
    assert (record.outcome, record.before, record.version) == ("succeeded", old, "3")
    assert world.serving() == {new: 2}
    assert world.group()["LaunchTemplate"]["Version"] == "3"
    assert record.phases["bake"] == 60
    started = next(call for call in world.twin.calls if call.operation == "StartInstanceRefresh")
    assert started.parameters["Preferences"] == {
        "MinHealthyPercentage": 100,
        "MaxHealthyPercentage": 200,
        "InstanceWarmup": 10,
        "SkipMatching": True,
        "AutoRollback": True,
        "BakeTime": 60,
        "AlarmSpecification": {
            "Alarms": ["shop-staging-server-errors", "shop-staging-server-latency"]
        },
        "ScaleInProtectedInstances": "Refresh",
        "StandbyInstances": "Terminate",
    }
    writes = {call.name for call in world.twin.calls.writes}
    assert writes == {
        "s3.PutObject",
        "ec2.CreateLaunchTemplateVersion",
        "autoscaling.StartInstanceRefresh",
    }


def test_deployed_digest_is_a_no_op(world: Scene, old: str) -> None:
    """What runs and was found good is left alone: nothing is written but the lease."""
    record = world.release(old)
    assert record.outcome == ""
    assert {call.name for call in world.twin.calls.writes} == {"s3.PutObject"}
    assert {call.parameters["Key"] for call in world.twin.calls.writes} == {"lease/server.json"}
    assert len(world.records()) == 1


def test_changed_settings_release_the_same_digest(world: Scene, old: str) -> None:
    """Another instance type is a new version of the same image, rolled out like any other."""
    world.rendering.kind = "t3.small"
    record = world.release(old)
    assert (record.outcome, record.version) == ("succeeded", "3")
    assert world.serving() == {old: 2}


def test_new_machine_image(world: Scene, old: str) -> None:
    """The same digest gets the newest Amazon Linux where that is asked for, and only there."""
    world.rendering.machine_image = other_machine_image(world)
    assert world.release(old).outcome == ""
    record = world.release(old, new_machine_image=True)
    assert (record.outcome, record.version) == ("succeeded", "3")
    assert world.serving() == {old: 2}
    assert world.release(old, new_machine_image=True).outcome == ""


def other_machine_image(world: Scene) -> str:
    """Another machine image than that of the fleet, of the same architecture."""
    with world.twin.aside():
        filters = [{"Name": "architecture", "Values": ["x86_64"]}]
        images = world.twin.client("ec2").describe_images(Filters=filters)["Images"]
    ids = (str(each["ImageId"]) for each in images)
    return next(each for each in ids if each != world.rendering.machine_image)


def test_container_never_ready_is_rolled_back(world: Scene, old: str) -> None:
    """Given up after the grace period, not after AWS's hour; the old image serves throughout."""
    new = push(world.twin, "b")
    world.twin.health.script(digest=new, becomes="unhealthy")
    before = world.twin.clock.time()
    with pytest.raises(RolledBack) as failed:
        world.release(new)
    assert failed.value.exit_code == 5
    assert world.twin.clock.time() - before < 600
    assert world.serving() == {old: 2}
    assert world.group()["LaunchTemplate"]["Version"] == "2"
    assert world.records()[0].outcome == "rolled back"
    assert "Target.FailedHealthChecks" in str(failed.value)


SCREEN = """\
release of {new}
why        A new instance did not come up.
instance   {instance} InService, unhealthy (Target.FailedHealthChecks, Health checks failed)
start      the container ended three times
container  exited with 3
last 2 lines of its log:
  | bundle/manifest.json: sha256 differs
  | exit 3
serves     2 of 2 instances: {old}
next       python -m deploy logs server --env staging
           python -m deploy history server --env staging"""


def test_failure_screen(world: Scene, old: str) -> None:
    """A container that exits is told with its code and last lines, at the first look at it."""
    new = push(world.twin, "b")
    world.twin.health.script(digest=new, becomes="unhealthy", after=0)
    reported: list[str] = []

    def report() -> None:
        reported.append(newest_instance(world))
        write_log(
            world,
            f"{reported[0]}/start-failure",
            "start failed: the container ended three times; image shop@x; "
            "exit code of the container 3",
            "bundle/manifest.json: sha256 differs",
            "exit 3",
        )

    world.twin.clock.after(45, report)
    with pytest.raises(RolledBack) as failed:
        world.release(new)
    assert str(failed.value) == SCREEN.format(new=new, old=old, instance=reported[0])


def test_alarm_during_bake_is_rolled_back(world: Scene, old: str) -> None:
    """An alarm after all is replaced still brings the old image back."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM", after=120)
    with pytest.raises(RolledBack, match="errors is in the ALARM state"):
        world.release(new)
    assert world.serving() == {old: 2}
    assert world.records()[0].outcome == "rolled back"
    assert world.records()[0].phases["bake"] > 0


def test_rollback_that_fails_is_told_apart(world: Scene, old: str) -> None:
    """Neither the new nor the old image comes up any more: a person must look."""
    new = push(world.twin, "b")
    world.twin.refreshes.patience = 300
    world.twin.alarms.set(world.place.alarms[0], "ALARM", after=120)
    world.twin.health.script(digest=old, becomes="unhealthy", after=0)
    with pytest.raises(RollbackFailed) as failed:
        world.release(new, despite_alarms=False)
    assert failed.value.exit_code == 6
    assert world.records()[0].outcome == "rollback failed"


def test_firing_alarm_refuses_before_anything_starts(world: Scene, old: str) -> None:
    """AWS would fail the refresh at once; nothing is recorded, because nothing was done."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM", reason="3 errors of 100")
    with pytest.raises(Refused, match=r"errors is in ALARM \(3 errors of 100\)"):
        world.release(new)
    assert "autoscaling.StartInstanceRefresh" not in world.twin.calls.names
    assert [record.digest for record in world.records()] == [old]


def test_despite_alarms(world: Scene, old: str) -> None:
    """A mended image gets through while the alarms of the bad one ring, and no bake delays it."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM")
    record = world.release(new, despite_alarms=True)
    assert record.outcome == "succeeded"
    assert "bake" not in record.phases
    assert world.serving() == {new: 2}
    started = next(call for call in world.twin.calls if call.operation == "StartInstanceRefresh")
    assert not {"BakeTime", "AlarmSpecification"} & started.parameters["Preferences"].keys()


def test_smoke_failure_releases_the_version_before(world: Scene, old: str) -> None:
    """What AWS finds healthy may still answer wrongly: then a second refresh goes back."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    with pytest.raises(RolledBack, match="where the golden row says"):
        world.release(new)
    assert world.serving() == {old: 2}
    assert world.group()["LaunchTemplate"]["Version"] == "2"
    record = world.records()[0]
    assert record.reason == "POST /predict gave 1.00 where the golden row says 19.76."
    assert (record.version, record.before) == ("3", old)
    assert "way back" in record.phases


def test_service_out_of_reach_refuses_before_anything_starts(world: Scene, old: str) -> None:
    """What cannot be asked now could not be asked afterwards: no instance is replaced."""
    new = push(world.twin, "b")
    world.smoke.closed = "GET http://shop/model gave no answer (timed out)."
    with pytest.raises(Refused, match=r"timed out.*--no-smoke"):
        world.release(new)
    assert "autoscaling.StartInstanceRefresh" not in world.twin.calls.names
    assert [record.digest for record in world.records()] == [old]


def test_no_smoke(world: Scene, old: str) -> None:
    """By choice nobody asks, before or after."""
    new = push(world.twin, "b")
    world.smoke.closed = "no answer"
    record = world.release(new, smoke=False)
    assert (record.outcome, record.model_version) == ("succeeded", "")
    assert world.smoke.asked == 0
    assert world.serving() == {new: 2}


def test_service_that_cannot_be_asked_any_more_stays(world: Scene, old: str) -> None:
    """It may be good: that it is untested is said, and the next release tests it."""
    new = push(world.twin, "b")
    world.twin.clock.after(60, lambda: setattr(world.smoke, "closed", "gave 401."))
    with pytest.raises(Unasked, match=r"401.\nThe new image serves, untested") as unasked:
        world.release(new)
    assert unasked.value.exit_code == 4
    assert world.serving() == {new: 2}
    assert world.records()[0].outcome == "untested"
    world.smoke.closed = ""
    assert world.release(new).outcome == "succeeded"
    assert len(world.twin.refreshes.of(world.place.group)) == 1


def test_smoke_failure_of_the_first_release_leaves_it(world: Scene) -> None:
    """There is nothing to go back to; the next release goes on at the smoke test."""
    digest = push(world.twin, "a")
    world.smoke.bad.add(digest)
    with pytest.raises(Failed, match="nothing to go back to") as failed:
        world.release(digest)
    assert failed.value.exit_code == 4
    assert world.serving() == {digest: 2}
    world.smoke.bad.clear()
    assert world.release(digest).outcome == "succeeded"
    assert world.end()["versions"][-1][0] == 2


def test_first_release_that_never_comes_up_empties_the_group(world: Scene) -> None:
    """Instances that cannot serve are not launched over and over at somebody's expense."""
    digest = push(world.twin, "a")
    world.twin.health.script(digest=digest, becomes="unhealthy")
    with pytest.raises(Failed, match="the group is empty again"):
        world.release(digest)
    assert world.group()["MaxSize"] == 0
    assert world.group()["LaunchTemplate"]["Version"] == "1"
    good = push(world.twin, "b")
    assert world.release(good).outcome == "succeeded"


def test_way_back_that_fails_after_the_smoke_test(world: Scene, old: str) -> None:
    """A second refresh may fail too."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    world.twin.clock.after(140, lambda: world.twin.health.script(digest=old, becomes="unhealthy"))
    with pytest.raises(RollbackFailed, match="The way back"):
        world.release(new)


@pytest.mark.parametrize("fault", ["AccessDenied", "InstanceRefreshInProgress"])
def test_way_back_that_cannot_begin(world: Scene, old: str, fault: str) -> None:
    """Whatever keeps it from its end, a person must look: and is told what serves."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    world.twin.faults.on("autoscaling.StartInstanceRefresh", nth=2, error=fault)
    with pytest.raises(RollbackFailed) as failed:
        world.release(new)
    assert "golden row" in str(failed.value)
    assert "The way back:" in str(failed.value)
    assert f"serves     2 of 2 instances: {new}" in str(failed.value)
    assert world.records()[0].outcome == "rollback failed"


def test_way_back_that_does_not_end_in_time(world: Scene, old: str) -> None:
    """It goes on, and the bad image may still serve."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    with pytest.raises(RollbackFailed, match="The way back: The time of 2:50 is over"):
        world.rollout(timeout=170).release(Order(new, "ann"))


def test_way_back_that_is_interrupted(world: Scene, old: str) -> None:
    """A person who stops it knows."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)
    world.aws.sleep = interrupting(world, 170)
    with pytest.raises(Aborted):
        world.release(new)


def test_what_serves_is_not_known(world: Scene, old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen is shown all the same."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM", after=120)
    monkeypatch.setattr(Watch, "words", property(lambda _: _deny(world, "elbv2")))
    with pytest.raises(RolledBack, match="serves     not known: Your credentials may not do"):
        world.release(new)


def _deny(world: Scene, service: str) -> list[str]:
    """From now on a service lets nobody in."""
    world.twin.faults.on(f"{service}.DescribeTargetHealth", times=99, error="AccessDenied")
    return []


@pytest.mark.parametrize("what", [(History, "write", "history"), (Lease, "give_back", "lease")])
def test_true_end_is_told_though_s3_fails(
    world: Scene, old: str, monkeypatch: pytest.MonkeyPatch, what: tuple[type, str, str]
) -> None:
    """Credentials that have run out meanwhile are a second line, not another end."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM", after=120)
    cls, method, word = what

    def refuse(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "old"}}, "PutObject")

    monkeypatch.setattr(cls, method, refuse)
    with pytest.raises(RolledBack) as failed:
        world.release(new)
    (note,) = failed.value.__notes__
    assert word in note
    assert "log in again" in note


def test_same_version_going_on_is_adopted(world: Scene, old: str) -> None:
    """A refresh that another run left behind is watched to its end, not started anew."""
    new = push(world.twin, "b")
    start_aside(world, new)
    assert world.release(new).outcome == "succeeded"
    assert "autoscaling.StartInstanceRefresh" not in world.twin.calls.names
    assert "adopts the refresh" in world.said.getvalue()


def test_another_version_going_on_is_waited_for(world: Scene, old: str) -> None:
    """The one that came first ends first, and the output says which."""
    other, new = push(world.twin, "b"), push(world.twin, "c")
    number = start_aside(world, other)
    assert world.release(new).outcome == "succeeded"
    assert world.serving() == {new: 2}
    ended = [one.status for one in world.twin.refreshes.of(world.place.group)]
    assert ended == ["Successful", "Successful"]
    assert f"to version {number}" in world.said.getvalue()
    assert "waits for the refresh" in world.said.getvalue()


def test_another_version_going_on_is_superseded(world: Scene, old: str) -> None:
    """By choice it is cancelled where it is, and the new one goes on from there."""
    other, new = push(world.twin, "b"), push(world.twin, "c")
    start_aside(world, other)
    world.twin.clock.advance(60)
    assert world.release(new, supersede=True).outcome == "succeeded"
    assert world.serving() == {new: 2}
    ended = [one.status for one in world.twin.refreshes.of(world.place.group)]
    assert ended == ["Successful", "Cancelled"]
    assert "cancels the refresh" in world.said.getvalue()


def test_refresh_by_hand_at_the_same_moment(world: Scene, old: str) -> None:
    """Somebody without the lease was faster: said so, and nothing of theirs is touched."""
    new = push(world.twin, "b")
    world.twin.faults.on("autoscaling.StartInstanceRefresh", error="InstanceRefreshInProgress")
    with pytest.raises(Failed, match="somebody started it by hand"):
        world.release(new)


def test_two_at_once(world: Scene, old: str) -> None:
    """The second is told who is at it since when, and changes nothing."""
    new = push(world.twin, "b")
    errors: list[DeployError] = []

    def second() -> None:
        with world.twin.aside(), pytest.raises(LeaseHeld) as held:
            world.release(push(world.twin, "c"))
        errors.append(held.value)

    world.twin.clock.after(65, second)
    assert world.release(new).outcome == "succeeded"
    assert errors[0].exit_code == 9
    assert "ann has been deploying since 2026-01-05 12:" in str(errors[0])
    assert world.serving() == {new: 2}


def test_lease_lost_during_the_smoke_test(world: Scene, old: str) -> None:
    """Somebody else deploys by now: the way back is not begun beside them."""
    new = push(world.twin, "b")
    world.smoke.bad.add(new)

    def hang() -> set[str]:
        world.aws.sleep(70)
        Lease(world.aws, world.place.bucket, world.place.door, owner="bob").__enter__()
        return {new}

    world.smoke.fleet = hang
    with pytest.raises(LeaseHeld, match="bob has been deploying"):
        world.release(new)
    assert len(world.twin.refreshes.of(world.place.group)) == 1


def test_cancelled_by_somebody(world: Scene, old: str) -> None:
    """A refresh that somebody cancels ends as aborted, the instances as they were then."""
    new = push(world.twin, "b")

    def cancel() -> None:
        with world.twin.aside():
            world.twin.client("autoscaling").cancel_instance_refresh(
                AutoScalingGroupName=world.place.group
            )

    world.twin.clock.after(55, cancel)
    with pytest.raises(Aborted) as aborted:
        world.release(new)
    assert aborted.value.exit_code == 8
    assert world.records()[0].outcome == "aborted"
    assert world.release(new).outcome == "succeeded"


def interrupting(world: Scene, after: float) -> Callable[[float], None]:
    """A sleep in which Control-C comes."""
    end = world.twin.clock.time() + after

    def sleep(seconds: float) -> None:
        world.twin.clock.sleep(seconds)
        if world.twin.clock.time() >= end:
            raise KeyboardInterrupt

    return sleep


def test_cancelled_run(world: Scene, old: str) -> None:
    """A run that is stopped says what goes on, gives the lease back, and can be resumed."""
    new = push(world.twin, "b")
    world.aws.sleep = interrupting(world, 50)
    with pytest.raises(Aborted, match="python -m deploy abort server --env staging"):
        world.release(new)
    assert world.records()[0].outcome == "aborted"
    world.aws.sleep = world.twin.clock.sleep
    assert world.release(new).outcome == "succeeded"
    assert len(world.twin.refreshes.of(world.place.group)) == 1


def test_timed_out_run_cancels_nothing(world: Scene, old: str) -> None:
    """The time is over, the refresh goes on, and the message says so."""
    new = push(world.twin, "b")
    with pytest.raises(TimedOut, match="Nothing was cancelled") as late:
        world.rollout(timeout=40).release(Order(new, "ann"))
    assert late.value.exit_code == 7
    assert world.twin.refreshes.of(world.place.group)[0].active
    assert world.records()[0].outcome == "timed out"


def test_unknown_digest_is_refused(world: Scene, old: str) -> None:
    """What the registry does not hold is not released, and the tags it has are named."""
    with pytest.raises(Refused, match="Its tags are a:"):
        world.release("sha256:" + "f" * 64)
    assert "ec2.CreateLaunchTemplateVersion" not in world.twin.calls.names


def test_image_for_another_architecture_is_refused(world: Scene, old: str) -> None:
    """Before anything is changed, with what mends it: no instance would start it."""
    new = push(world.twin, "b", machine="arm64")
    with pytest.raises(Refused) as refused:
        world.release(new)
    assert str(refused.value) == (
        f"Nothing was released: shop@{new} is for arm64, and server.architecture is x86_64. "
        "Build it with --platform linux/amd64, as `push` does, or set server.architecture."
    )
    assert {call.name for call in world.twin.calls.writes} == {"s3.PutObject"}
    assert [record.digest for record in world.records()] == [old]


def test_image_that_does_not_tell_its_architecture(world: Scene, old: str) -> None:
    """It is released, and nobody is left to think that it was checked."""
    new = push(world.twin, "b", machine="")
    assert world.release(new).outcome == "succeeded"
    assert "whether the image is for amd64 is not known: its configuration" in world.said.getvalue()


def test_denied_call_names_the_action(world: Scene, old: str) -> None:
    """A role that lacks a right fails in words, and the history has it."""
    new = push(world.twin, "b")
    world.twin.faults.on("autoscaling.StartInstanceRefresh", error="AccessDenied")
    with pytest.raises(Failed, match="may not do autoscaling:StartInstanceRefresh"):
        world.release(new)
    assert world.records()[0].outcome == "failed"


def test_launches_that_fail_are_told_while_waiting(world: Scene, old: str) -> None:
    """No capacity: the lines say so, and the release goes on once there is some."""
    new = push(world.twin, "b")
    world.twin.fleet.fail_launches(2)
    assert world.release(new).outcome == "succeeded"
    assert "sufficient capacity" in world.said.getvalue()


def test_what_cannot_change_is_asked_once(world: Scene, old: str) -> None:
    """What an instance runs is asked when a watch first sees it, not at each look; how launches go
    is asked while one lacks, not in the bake."""
    world.release(push(world.twin, "b"))
    names = world.twin.calls.names
    assert names.count("autoscaling.DescribeAutoScalingGroups") > 15
    assert names.count("ec2.DescribeTags") == 5
    assert names.count("autoscaling.DescribeScalingActivities") == 1


def test_group_asleep_by_its_schedule(world: Scene, old: str) -> None:
    """At night there is no instance to ask: the version is set, and no smoke test made."""
    new = push(world.twin, "b")
    with world.twin.aside():
        world.twin.client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName=world.place.group, MinSize=0, DesiredCapacity=0
        )
        world.twin.clock.advance(120)
    asked = world.smoke.asked
    assert world.release(new).outcome == "succeeded"
    assert world.smoke.asked == asked
    assert world.group()["LaunchTemplate"]["Version"] == "3"
    assert world.group()["DesiredCapacity"] == 0


@pytest.mark.parametrize("fault", ["throttle", "outage", "unreachable", "lost"])
def test_faults_of_every_operation_are_survived(world: Scene, old: str, fault: str) -> None:
    """Each operation is struck at its first attempt, and the release ends as if it were not."""
    new = push(world.twin, "b")
    world.twin.faults.first(fault)
    assert world.release(new).outcome == "succeeded"
    world.twin.faults.clear()
    assert world.serving() == {new: 2}
    assert [number for number, _ in world.versions()] == [1, 2, 3]
    assert len(world.twin.refreshes.of(world.place.group)) == 1
