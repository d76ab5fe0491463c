"""A version of the function that is asked by its number, before it has any traffic."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from deploy.errors import Failed
from deploy.releases.invoked import Invoked
from deploy.releases.smoke import ATTEMPTS, Smoke, Unasked
from tests.deploy.functions import FunctionScene, function_scene, settled
from tests.deploy.scenes import push
from tests.deploy.service import CARD, Service
from tests.twin.twin import Twin


@pytest.fixture
def world(twin: Twin) -> FunctionScene:
    made = function_scene(twin)
    settled(made, push(twin, "a"))
    return made


def smoke(world: FunctionScene) -> Smoke:
    name = world.place.function
    transport = Invoked(world.aws, name, "1")
    return Smoke(f"lambda://{name}:1", world.aws.sleep, api_key="k", transport=transport)


def test_right_answers(world: FunctionScene) -> None:
    """It is asked as its URL would: model card and golden rows, with the key."""
    events: list[Mapping[str, Any]] = []

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        events.append(event)
        return Service().invoked(event)

    world.twin.functions.answer = answer
    assert smoke(world)() == CARD["version"]
    assert [each["rawPath"] for each in events] == ["/model", "/predict"]
    assert events[1]["body"] == '{"weight": 7.0}'
    assert events[1]["headers"]["x-api-key"] == "k"


def test_wrong_answers(world: FunctionScene) -> None:
    """A wrong price, and what is no answer at all."""
    world.twin.functions.answer = Service(good=False).invoked
    with pytest.raises(Failed, match="golden row"):
        smoke(world)()
    world.twin.functions.answer = lambda _: {"errorMessage": "the bundle is not there"}
    with pytest.raises(Failed, match=r"502 .*the bundle is not there"):
        smoke(world)()


def test_version_that_is_not_ready(world: FunctionScene) -> None:
    """What Lambda is still preparing is asked again."""
    world.twin.functions.answer = Service().invoked
    world.twin.faults.on("lambda.Invoke", error="ResourceConflictException")
    assert smoke(world)() == CARD["version"]


@pytest.mark.parametrize("error", ["ResourceConflictException", "TooManyRequestsException"])
def test_version_that_does_not_get_ready_is_no_bad_one(world: FunctionScene, error: str) -> None:
    """Nothing was asked, so nothing is known against it."""
    world.twin.functions.answer = Service().invoked
    world.twin.faults.on("lambda.Invoke", error=error, times=99)
    with pytest.raises(Unasked, match=error):
        smoke(world)()


def test_version_that_does_not_answer_in_time(world: FunctionScene) -> None:
    """Each attempt is one call, which ends before the lease does."""
    calls: list[object] = []

    def hang(event: object) -> dict[str, Any]:
        calls.append(event)
        raise ReadTimeoutError(endpoint_url="lambda")

    world.twin.functions.answer = hang
    with pytest.raises(Failed, match="no answer"):
        smoke(world)()
    assert len(calls) == ATTEMPTS
