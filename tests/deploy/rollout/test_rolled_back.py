"""Releases of the server that AWS takes back, and what is told of them."""

import pytest
from botocore.exceptions import ClientError

from deploy.errors import Failed, RollbackFailed, RolledBack
from deploy.releases.history import History, Record
from deploy.releases.lease import Lease
from deploy.releases.watch import Watch
from tests.deploy.scenes import Scene, push


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
release of {new} was rolled back
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


def _deny(world: Scene, service: str) -> list[str]:
    """From now on a service lets nobody in."""
    world.twin.faults.on(f"{service}.DescribeTargetHealth", times=99, error="AccessDenied")
    return []


def test_what_serves_is_not_known(world: Scene, old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen is shown all the same."""
    new = push(world.twin, "b")
    world.twin.alarms.set(world.place.alarms[0], "ALARM", after=120)
    monkeypatch.setattr(Watch, "words", property(lambda _: _deny(world, "elbv2")))
    with pytest.raises(RolledBack, match="serves     not known: Your credentials may not do"):
        world.release(new)


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


def test_number_of_a_template_that_was_made_anew(world: Scene) -> None:
    """An old record's number may now be the bad image's own: the way back is by digest."""
    first, new = push(world.twin, "a"), push(world.twin, "b")
    with world.twin.aside():
        kept = Record(
            verb="release", started=1.0, digest=first, outcome="succeeded", who="ann", version="2"
        )
        world.history().write(kept)
    world.smoke.bad.add(new)
    with pytest.raises(Failed, match="nothing to go back to"):
        world.release(new)
    with pytest.raises(RolledBack):
        world.release(new)
    assert world.serving() == {first: 2}
    assert world.records()[0].outcome == "rolled back"


def test_bad_image_is_never_one_that_runs_already(world: Scene) -> None:
    """A record from before everything was made anew does not hide that it has failed since."""
    new = push(world.twin, "b")
    with world.twin.aside():
        kept = Record(
            verb="release", started=1.0, digest=new, outcome="succeeded", who="ann", version="2"
        )
        world.history().write(kept)
    world.smoke.bad.add(new)
    for _ in range(2):
        with pytest.raises(Failed, match="golden row"):
            world.release(new)
