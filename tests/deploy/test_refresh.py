"""Instance refreshes: what is asked for, what can be undone, what each end means."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.errors import Aborted, Failed, RollbackFailed, RolledBack, TimedOut
from deploy.releases.abort import abort_refresh
from deploy.releases.fleet import Fleet, look
from deploy.releases.progress import Progress
from deploy.releases.refresh import Manner, Refresh, Refreshes, desired, fault_of
from deploy.status import status_of
from tests.deploy.scenes import Scene, push, scene, settled
from tests.twin.twin import Twin

SPEC = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "shop", "Version": "1"}


@pytest.fixture
def world(twin: Twin) -> Scene:
    """A server with a refresh to a new image going on."""
    made = scene(twin)
    settled(made, push(twin, "a"))
    new = push(twin, "b")
    with twin.aside():
        data = dict(made.rendering.render(new))
        twin.client("ec2").create_launch_template_version(
            LaunchTemplateName=made.place.template, LaunchTemplateData=data
        )
    return made


def start(world: Scene, **manner: Any) -> Refreshes:
    refreshes = Refreshes(world.aws, world.place.group)
    assert refreshes.start(look(world.aws, world.place.group), "3", Manner(10, **manner))
    return refreshes


def status(world: Scene) -> str:
    return str(world.twin.refreshes.of(world.place.group)[0].status)


def test_mixed_instances_keep_their_policy() -> None:
    """A group with spot instances gets its own policy back, with another number in it."""
    policy = {
        "LaunchTemplate": {"LaunchTemplateSpecification": SPEC, "Overrides": [{"X": "y"}]},
        "InstancesDistribution": {"OnDemandBaseCapacity": 0},
    }
    fleet = Fleet("shop", (1, 1, 2), SPEC, policy, 120.0, ())
    wanted = desired(fleet, "7")["MixedInstancesPolicy"]
    assert wanted["InstancesDistribution"] == {"OnDemandBaseCapacity": 0}
    assert wanted["LaunchTemplate"]["Overrides"] == [{"X": "y"}]
    assert wanted["LaunchTemplate"]["LaunchTemplateSpecification"] == {
        "LaunchTemplateId": "lt-1",
        "Version": "7",
    }


@pytest.mark.parametrize(
    ("end", "error"),
    [
        ("Failed", Failed),
        ("Cancelled", Aborted),
        ("RollbackSuccessful", RolledBack),
        ("RollbackFailed", RollbackFailed),
    ],
)
def test_bad_ends(end: str, error: type[Exception]) -> None:
    """A rollback that succeeds is a release that failed."""
    assert type(fault_of(Refresh("1", end, "2", "why", 0))) is error


def test_good_end() -> None:
    """There is one."""
    assert fault_of(Refresh("1", "Successful", "2", "", 100)) is None


def test_what_cannot_be_undone_is_stopped(world: Scene) -> None:
    """A refresh that AWS cannot reverse is cancelled; one on its way back is let go on."""
    refreshes = start(world)
    world.twin.faults.on("autoscaling.RollbackInstanceRefresh", error="IrreversibleInstanceRefresh")
    world.twin.clock.advance(20)
    refreshes.go_back()
    assert status(world) in ("Cancelling", "Cancelled")
    world.twin.clock.advance(300)
    refreshes.cancel()
    refreshes.go_back()
    again = start(world)
    world.twin.clock.advance(20)
    again.go_back()
    again.go_back()
    assert status(world) == "RollbackInProgress"


def test_other_refusals_are_raised(world: Scene) -> None:
    """A right that is lacking is not taken for a refresh that is not there."""
    refreshes = start(world)
    for operation in ("CancelInstanceRefresh", "RollbackInstanceRefresh"):
        world.twin.faults.on(f"autoscaling.{operation}", error="AccessDenied")
    for call in (refreshes.cancel, refreshes.go_back):
        with pytest.raises(ClientError):
            call()


def test_abort_ends_in_time_or_says_so(world: Scene) -> None:
    """The way back may take longer than somebody waits, and may fail."""
    start(world)
    world.twin.clock.advance(70)
    progress = Progress(world.said, world.aws.clock)
    with pytest.raises(TimedOut, match="It goes on"):
        abort_refresh(world.aws, world.place, progress, timeout=0, who="ann")
    assert "version 3, RollbackInProgress" in status_of(world.aws, world.place).text()
    assert (
        abort_refresh(world.aws, world.place, progress, timeout=900, who="ann")
        == "RollbackSuccessful"
    )


def test_abort_that_fails(world: Scene) -> None:
    """The old image does not come up any more either."""
    world.twin.refreshes.patience = 60
    start(world)
    world.twin.clock.advance(70)
    world.twin.health.script(becomes="unhealthy", after=0)
    with pytest.raises(RollbackFailed, match="deploy status server --env staging"):
        abort_refresh(
            world.aws, world.place, Progress(world.said, world.aws.clock), timeout=9000, who="ann"
        )


def test_abort_that_cannot_go_back(world: Scene) -> None:
    """AWS stops it where it is: which images run, and how to finish, is said."""
    start(world)
    world.twin.faults.on("autoscaling.RollbackInstanceRefresh", error="IrreversibleInstanceRefresh")
    world.twin.clock.advance(70)
    with pytest.raises(Failed, match=r"2 run sha256.*release server --env staging --image DIGEST"):
        abort_refresh(
            world.aws, world.place, Progress(world.said, world.aws.clock), timeout=900, who="ann"
        )


def test_abort_that_comes_too_late(world: Scene) -> None:
    """It succeeded in the meantime: that is no success of the abort."""
    start(world)
    world.twin.faults.on(
        "autoscaling.RollbackInstanceRefresh", error="ActiveInstanceRefreshNotFound"
    )
    world.twin.clock.advance(70)
    with pytest.raises(Failed, match=r"version 3 serves.*deploy rollback server --env staging"):
        abort_refresh(
            world.aws, world.place, Progress(world.said, world.aws.clock), timeout=900, who="ann"
        )
