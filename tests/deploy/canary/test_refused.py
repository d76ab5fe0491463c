"""Releases of the function that are refused, or that come to nothing."""

import pytest

from deploy.errors import Failed, Refused
from deploy.releases.history import Record
from deploy.releases.smoke import Unasked
from deploy.releases.traffic import Published, Traffic
from tests.deploy.functions import FunctionScene, settled
from tests.deploy.scenes import push

INDEX = "application/vnd.oci.image.index.v1+json"


def test_firing_alarm_refuses(world: FunctionScene, old: str) -> None:
    """A canary beside a ringing alarm would prove nothing."""
    world.twin.alarms.set(world.place.alarms[0], "ALARM")
    with pytest.raises(Refused, match="--despite-alarms"):
        world.release(push(world.twin, "b"))
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


def test_function_made_anew_is_asked(world: FunctionScene) -> None:
    """The record of what was there before says nothing of it, though number and image agree."""
    digest = push(world.twin, "a")
    settled(world, digest)
    with world.twin.aside():
        world.twin.client("lambda").delete_function(FunctionName=world.place.function)
    assert world.release(digest).outcome == "succeeded"
    assert world.smoke.asked == 1


def test_number_of_a_function_that_was_made_anew(world: FunctionScene, old: str) -> None:
    """An old record's number is another image by now: there is nothing to go back to."""
    other = push(world.twin, "b")
    with world.twin.aside():
        world.history().write(
            Record(
                verb="release", started=1.0, digest=other, outcome="succeeded", who="a", version="1"
            )
        )
        world.twin.client("lambda").update_function_configuration(
            FunctionName=world.place.function, MemorySize=2048
        )
        world.twin.clock.advance(10)
        number = Published(world.aws, world.place.function).publish(old)
        Published(world.aws, world.place.function).route(Traffic(number))
    world.smoke.bad.add(old)
    with pytest.raises(Failed, match="nothing to go back to"):
        world.release(old)
