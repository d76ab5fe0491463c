"""The walks over both stacks."""

from typing import Any

import msgspec
import pytest

from deploy.config import Schedule, Server
from deploy.names import FUNCTION, SERVER
from deploy.releases.history import SUCCEEDED, History, Record
from tests.deploy.worlds import CONFIG, DOORS, World, found, inventory, made, running, with_https
from tests.twin.twin import Twin


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    """Each of the doors."""
    return str(request.param)


def test_a_plan_writes_nothing(twin: Twin, door: str) -> None:
    """A plan of an empty account is reads alone, and changes nothing."""
    before = inventory(twin)
    assert World(twin, door).plan()
    assert [call.name for call in twin.calls.writes] == []
    assert inventory(twin) == before


def test_a_plan_of_what_is_there_writes_nothing(twin: Twin, door: str) -> None:
    """Nor does a plan of everything as it is wanted, and it is empty."""
    world = made(twin, door)
    assert world.plan() == []
    assert twin.calls.writes == []


def test_a_second_apply_is_empty(twin: Twin, door: str) -> None:
    """What is as it is wanted is not touched."""
    world = made(twin, door)
    assert world.apply() == []
    assert twin.calls.writes == []


def test_a_plan_names_what_apply_does(twin: Twin, door: str) -> None:
    """The same changes of the same things in the same order."""
    world = World(twin, door)
    planned = [(change.action, change.kind, change.name) for change in world.plan()]
    done = [(change.action, change.kind, change.name) for change in world.apply()]
    assert planned == done
    assert {action for action, _, _ in done} == {"create"}


def test_destroy_leaves_nothing(twin: Twin, door: str) -> None:
    """The account is as it was before, network interfaces and all."""
    before = inventory(twin)
    world = made(twin, door)
    assert inventory(twin) != before
    world.destroy()
    assert inventory(twin) == before


def test_destroy_ends_running_instances(twin: Twin) -> None:
    """A group that serves is taken away with its instances."""
    before = inventory(twin)
    world = running(twin)
    world.destroy()
    assert inventory(twin) == before
    with twin.aside():
        reservations = twin.client("ec2").describe_instances()["Reservations"]
    states = {each["State"]["Name"] for one in reservations for each in one["Instances"]}
    assert states == {"terminated"}


def test_a_second_destroy_does_nothing(twin: Twin, door: str) -> None:
    """What is gone is not deleted again."""
    world = made(twin, door)
    world.destroy()
    twin.calls.clear()
    assert world.destroy() == []
    assert twin.calls.writes == []


def test_the_group_is_empty_before_an_image_is_there(twin: Twin) -> None:
    """Everything else is made, and what comes next is said."""
    world = made(twin)
    stack = world.server()
    for each in stack.resources:
        each.find()
    assert stack.group.find() is not None
    assert "push` and `python -m deploy release server` come next" in stack.notes()[0]
    with twin.aside():
        assert twin.client("ec2").describe_instances()["Reservations"] == []


def test_the_group_is_filled_once_its_version_names_an_image(twin: Twin) -> None:
    """The bounds and the size are then those of the configuration, and apply is empty."""
    world = running(twin)
    group = _group(twin)
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (2, 4, 2)
    assert len(group["Instances"]) == 2
    assert world.apply() == []


def test_a_size_that_scaling_has_chosen_is_left(twin: Twin) -> None:
    """The desired capacity belongs to the policies; other bounds move it only if they must."""
    world = running(twin)
    with twin.aside():
        twin.client("autoscaling").set_desired_capacity(
            AutoScalingGroupName="shop-production", DesiredCapacity=4
        )
    assert world.plan() == []
    world.config = msgspec.structs.replace(CONFIG, server=Server(min=1, max=6, desired=1))
    world.apply()
    assert _group(twin)["DesiredCapacity"] == 4


def test_a_schedule_rules_the_bounds(twin: Twin) -> None:
    """What a scheduled action has set is no drift."""
    night = Schedule(name="night", cron="0 22 * * *", min=1, max=2, desired=1)
    world = running(twin, msgspec.structs.replace(CONFIG, server=Server(schedule=(night,))))
    with twin.aside():
        twin.client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName="shop-production", MinSize=1, MaxSize=2, DesiredCapacity=1
        )
    assert world.plan() == []


def test_a_changed_template_is_not_rolled_out(twin: Twin) -> None:
    """Another instance type makes a version, names the release, and touches no instance."""
    world = running(twin)
    before = _group(twin)
    world.config = msgspec.structs.replace(CONFIG, server=Server(instance_type="t4g.medium"))
    (change,) = world.apply()
    assert change.kind == "launch template"
    assert _group(twin) == before
    stack = world.server()
    for each in stack.resources:
        each.find()
    said = (
        f"version 3 is not what runs (2): `python -m deploy release server --image {world.digest}`"
    )
    assert said in stack.notes()[0]
    assert world.plan() == []


def test_a_rejected_image_is_not_brought_back(twin: Twin) -> None:
    """The newest version may be of a release that failed: apply goes by what runs."""
    world = running(twin)
    stack = world.server()
    found(stack.resources)
    stack.template.add_version(world.push("bad"))
    again = world.server()
    found(again.resources)
    assert "is not what runs" not in "".join(again.notes())
    world.config = msgspec.structs.replace(CONFIG, server=Server(min=2, max=4, volume_gb=20))
    (change,) = world.apply()
    assert change.kind == "launch template"
    found(again.resources)
    assert again.template.latest is not None
    assert (again.template.latest.number, again.template.latest.digest) == ("4", world.digest)
    assert world.plan() == []


@pytest.mark.parametrize("good", [True, False])
def test_a_group_made_again(twin: Twin, *, good: bool) -> None:
    """It runs what was released well last, and is empty if the history knows of nothing good."""
    world = running(twin)
    with twin.aside():
        stack = world.server()
        found(stack.resources)
        stack.template.add_version(world.push("bad"))
        stack.group.delete()
        if good:
            record = Record(
                verb="release",
                started=twin.clock.time(),
                digest=world.digest,
                outcome=SUCCEEDED,
                who="ann",
            )
            History(world.aws, stack.shared.bucket.name, SERVER).write(record)
    world.apply()
    assert world.plan() == []
    assert _group(twin)["LaunchTemplate"]["Version"] == ("2" if good else "1")
    assert _group(twin)["DesiredCapacity"] == (2 if good else 0)


def test_a_new_image_touches_only_the_fleet(twin: Twin) -> None:
    """A second image is one new version of the template: no other write, and no plan after it."""
    world = running(twin)
    digest = world.push("second")
    stack = world.server()
    for each in stack.resources:
        each.find()
    twin.calls.clear()
    stack.template.add_version(digest)
    assert [call.name for call in twin.calls.writes] == ["ec2.CreateLaunchTemplateVersion"]
    assert world.plan() == []


def test_a_new_image_does_not_touch_the_function_stack(twin: Twin) -> None:
    """Which version answers belongs to the releases: apply looks at the configuration alone."""
    world = made(twin, FUNCTION)
    world.digest = world.push("second")
    assert world.plan() == []


def test_there_is_no_function_before_an_image(twin: Twin) -> None:
    """What can be made is made, and what comes next is said."""
    world = World(twin, FUNCTION)
    kinds = {change.kind for change in world.apply()}
    assert "role" in kinds
    assert not kinds & {"function", "function alias", "function URL"}
    stack = world.function()
    assert "push` and `python -m deploy release function`" in stack.notes()[0]
    assert world.plan() == []


def test_a_changed_configuration_of_the_function_needs_a_release(twin: Twin) -> None:
    """The published version answers on as it is, and the release is named."""
    world = made(twin, FUNCTION)
    world.config = msgspec.structs.replace(CONFIG, settings={"ESTIMATOR_DOCS": "false"})
    assert [change.kind for change in world.apply()] == ["function"]
    stack = world.function()
    for each in stack.resources:
        each.find()
    assert "release function` rolls it out" in stack.notes()[0]


def test_another_architecture_is_left_to_the_release(twin: Twin) -> None:
    """It comes with the image that is built for it, which apply does not have."""
    world = made(twin, FUNCTION)
    server = Server(architecture="x86_64", instance_type="t3.small")
    world.config = msgspec.structs.replace(CONFIG, server=server)
    assert world.plan() == []
    stack = world.function()
    for each in stack.resources:
        each.find()
    assert "not for x86_64 yet: push an image for it" in stack.notes()[0]


@pytest.mark.parametrize("secure", [True, False], ids=["to https", "and back"])
def test_https_comes_and_goes(twin: Twin, *, secure: bool) -> None:
    """With a certificate port 443 serves and 80 redirects there; without it, as before."""
    https = with_https(twin)
    world = made(twin, config=CONFIG if secure else https)
    world.config = https if secure else CONFIG
    world.apply()
    assert world.plan() == []
    with twin.aside():
        elbv2 = twin.client("elbv2")
        arn = elbv2.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
        listeners = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    does = {each["Port"]: each["DefaultActions"][0]["Type"] for each in listeners}
    assert does == ({443: "forward", 80: "redirect"} if secure else {80: "forward"})


def test_both_doors_share_images_and_bucket(twin: Twin) -> None:
    """The second door finds them as it wants them; the function's adds that Lambda may pull."""
    server = made(twin, SERVER)
    changes = {change.kind: change for change in World(twin, FUNCTION).apply()}
    assert "bucket" not in changes
    assert [each.key for each in changes["image repository"].differences] == ["pulled_by"]
    assert server.plan() == []
    assert "image repository" not in {change.kind for change in _staging(twin, FUNCTION).plan()}


def test_two_environments_share_nothing_but_the_images(twin: Twin) -> None:
    """Staging beside production makes everything anew except the repository."""
    made(twin)
    staging = _staging(twin, SERVER)
    assert [change.kind for change in staging.plan()].count("load balancer") == 1
    assert "image repository" not in {change.kind for change in staging.apply()}
    assert World(twin).plan() == []


def test_two_regions_share_nothing(twin: Twin, door: str) -> None:
    """Roles, profiles and dashboards belong to no region, and each region has its own all the same:
    neither makes, changes or deletes what is the other's."""
    here = made(twin, door)
    alone = inventory(twin)
    there = World(twin, door, msgspec.structs.replace(CONFIG, region="eu-west-1"))
    assert {change.action for change in there.apply()} == {"create"}
    assert (here.plan(), there.plan()) == ([], [])
    assert not _dashboards(here) & _dashboards(there)
    there.destroy()
    assert here.plan() == []
    assert inventory(twin) == alone


def _dashboards(world: World) -> set[str]:
    """The twin keeps them by region, and AWS does not."""
    with world.twin.aside():
        entries = world.aws.client("cloudwatch").list_dashboards()["DashboardEntries"]
    return {each["DashboardName"] for each in entries}


def _staging(twin: Twin, door: str) -> World:
    return World(twin, door, msgspec.structs.replace(CONFIG, environment="staging"))


def _group(twin: Twin) -> dict[str, Any]:
    with twin.aside():
        groups = twin.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    (group,) = groups
    return dict(group)
