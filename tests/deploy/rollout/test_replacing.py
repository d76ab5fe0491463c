"""Releases of the server that replace what serves, on a virtual clock."""

import pytest

from deploy.errors import Refused
from deploy.releases import fleet
from tests.deploy.scenes import Scene, push


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


def other_machine_image(world: Scene) -> str:
    """Another machine image than that of the fleet, of the same architecture."""
    with world.twin.aside():
        filters = [{"Name": "architecture", "Values": ["x86_64"]}]
        images = world.twin.client("ec2").describe_images(Filters=filters)["Images"]
    ids = (str(each["ImageId"]) for each in images)
    return next(each for each in ids if each != world.rendering.machine_image)


def test_new_machine_image(world: Scene, old: str) -> None:
    """The same digest gets the newest Amazon Linux where that is asked for, and only there."""
    world.rendering.machine_image = other_machine_image(world)
    assert world.release(old).outcome == ""
    record = world.release(old, new_machine_image=True)
    assert (record.outcome, record.version) == ("succeeded", "3")
    assert world.serving() == {old: 2}
    assert world.release(old, new_machine_image=True).outcome == ""


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


def test_launches_that_fail_are_told_while_waiting(world: Scene, old: str) -> None:
    """No capacity: the lines say so, and the release goes on once there is some."""
    new = push(world.twin, "b")
    world.twin.fleet.fail_launches(2)
    assert world.release(new).outcome == "succeeded"
    assert "sufficient capacity" in world.said.getvalue()


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


def test_what_cannot_change_is_asked_once(world: Scene, old: str) -> None:
    """What an instance runs is asked when a watch first sees it, not at each look; how launches go
    is asked while one lacks, not in the bake."""
    world.release(push(world.twin, "b"))
    names = world.twin.calls.names
    assert names.count("autoscaling.DescribeAutoScalingGroups") > 15
    assert names.count("ec2.DescribeTags") == 5
    assert names.count("autoscaling.DescribeScalingActivities") == 1


def test_more_instances_than_a_filter_takes(
    world: Scene, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EC2 is asked for their tags in parts."""
    monkeypatch.setattr(fleet, "_VALUES", 1)
    world.twin.calls.clear()
    assert fleet.look(world.aws, world.place.group).by_digest == {old: 2}
    assert world.twin.calls.names.count("ec2.DescribeTags") == 2
