from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.functions import REPOSITORY, function, push, role, update
from tests.twin.twin import Twin


def test_a_new_function_is_pending(twin: Twin) -> None:
    """It is neither changed nor published before it is active; the waiters wait on the clock."""
    client = twin.client("lambda")
    client.create_function(
        FunctionName="app",
        PackageType="Image",
        Code={"ImageUri": f"{REPOSITORY}@{push(twin, 'one')}"},
        Role=role(twin),
    )
    assert client.get_function_configuration(FunctionName="app")["State"] == "Pending"
    with pytest.raises(ClientError, match="state: Pending"):
        client.publish_version(FunctionName="app")
    client.get_waiter("function_active_v2").wait(FunctionName="app")
    assert client.publish_version(FunctionName="app")["Version"] == "1"


def test_one_change_at_a_time(twin: Twin) -> None:
    """After a change the next is a conflict until the first is through."""
    client = function(twin, push(twin, "one"))
    client.update_function_configuration(FunctionName="app", MemorySize=1024)
    with pytest.raises(client.exceptions.ResourceConflictException, match="in progress"):
        client.update_function_code(FunctionName="app", ImageUri=f"{REPOSITORY}:one")
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.publish_version(FunctionName="app")
    answer = client.get_function_configuration(FunctionName="app")
    assert answer["LastUpdateStatus"] == "InProgress"
    client.get_waiter("function_updated_v2").wait(FunctionName="app")
    client.publish_version(FunctionName="app")


def test_a_function_that_cannot_be_made(twin: Twin) -> None:
    """It is Failed with the reason and takes no change; a new one of its name is another."""
    twin.functions.fail("create", "the image cannot be read")
    client = function(twin, push(twin, "one"))
    answer = client.get_function_configuration(FunctionName="app")
    assert (answer["State"], answer["StateReason"]) == ("Failed", "the image cannot be read")
    with pytest.raises(client.exceptions.ResourceConflictException, match="state: Failed"):
        client.update_function_configuration(FunctionName="app", MemorySize=1024)
    client.delete_function(FunctionName="app")
    client.create_function(
        FunctionName="app",
        PackageType="Image",
        Code={"ImageUri": f"{REPOSITORY}:one"},
        Role=answer["Role"],
    )
    twin.clock.advance(10)
    assert client.get_function_configuration(FunctionName="app")["State"] == "Active"


def test_a_change_that_fails(twin: Twin) -> None:
    """The function stays as it was, says why, and goes on saying so until the next change."""
    one = push(twin, "one")
    client = function(twin, one)
    twin.functions.fail("update", "the image cannot be read")
    client.update_function_code(FunctionName="app", ImageUri=f"{REPOSITORY}@{push(twin, 'two')}")
    twin.clock.advance(10)
    answer = client.get_function(FunctionName="app")
    assert answer["Configuration"]["LastUpdateStatus"] == "Failed"
    assert answer["Configuration"]["LastUpdateStatusReason"] == "the image cannot be read"
    assert answer["Code"]["ImageUri"].endswith(one)
    client.update_function_configuration(FunctionName="app", MemorySize=1024)
    twin.clock.advance(10)
    answer = client.get_function_configuration(FunctionName="app")
    assert (answer["LastUpdateStatus"], answer["MemorySize"]) == ("Successful", 1024)


def test_only_what_can_fail_is_made_to_fail(twin: Twin) -> None:
    """A slip of the pen in a test does not pass."""
    with pytest.raises(ValueError, match="'delete'"):
        twin.functions.fail("delete", "no")


@pytest.mark.parametrize(
    ("main", "weights"),
    [("$LATEST", {"1": 0.1}), ("1", {"$LATEST": 0.1}), ("1", {"1": 0.1}), ("1", {"2": 1.5})],
)
def test_an_alias_shifts_between_published_versions(
    twin: Twin, main: str, weights: dict[str, float]
) -> None:
    """Never $LATEST, never to itself, never more than all."""
    client = _two_versions(twin)
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        _alias(client, main, weights)


def test_a_version_that_is_not_there(twin: Twin) -> None:
    """An alias cannot shift to what was never published."""
    with pytest.raises(ClientError, match="Function not found"):
        _alias(_two_versions(twin), "1", {"7": 0.1})


def test_a_canary(twin: Twin) -> None:
    """Ten percent, then all: the alias is made, shifted and set straight again."""
    client = _two_versions(twin)
    _alias(client, "1", {})
    weights = {"AdditionalVersionWeights": {"2": 0.1}}
    client.update_alias(FunctionName="app", Name="live", RoutingConfig=weights)
    assert client.get_alias(FunctionName="app", Name="live")["RoutingConfig"] == weights
    with pytest.raises(ClientError, match="invalid"):
        client.update_alias(
            FunctionName="app",
            Name="live",
            RoutingConfig={"AdditionalVersionWeights": {"1": 0.1}},
        )
    none: dict[str, Any] = {"AdditionalVersionWeights": {}}
    client.update_alias(FunctionName="app", Name="live", FunctionVersion="2", RoutingConfig=none)
    assert client.get_alias(FunctionName="app", Name="live")["FunctionVersion"] == "2"


@pytest.mark.parametrize(("limit", "most"), [(1000, 900), (150, 50), (10, 0)])
def test_the_account_keeps_some_concurrency(twin: Twin, limit: int, most: int) -> None:
    """A hundred, or all of less; what a function has already counts for it."""
    twin.functions.limit = limit
    client = function(twin, push(twin, "one"))
    for wanted in (most, most) if most else ():
        client.put_function_concurrency(FunctionName="app", ReservedConcurrentExecutions=wanted)
    with pytest.raises(ClientError, match=rf"minimum value of \[{min(100, limit)}\]"):
        client.put_function_concurrency(FunctionName="app", ReservedConcurrentExecutions=most + 1)
    found = client.get_account_settings()["AccountLimit"]
    assert found["ConcurrentExecutions"] == limit
    assert found["UnreservedConcurrentExecutions"] == limit - most


def test_a_permission_is_said_once(twin: Twin) -> None:
    """The same statement id again is a conflict."""
    client = function(twin, push(twin, "one"))
    said = {"FunctionName": "app", "StatementId": "url", "Principal": "*",
            "Action": "lambda:InvokeFunctionUrl"}  # fmt: skip
    client.add_permission(**said)
    with pytest.raises(client.exceptions.ResourceConflictException, match="already exists"):
        client.add_permission(**said)


def _two_versions(twin: Twin) -> Any:
    client = function(twin, push(twin, "one"))
    client.publish_version(FunctionName="app")
    assert update(twin, client, push(twin, "two")) == "2"
    return client


def _alias(client: Any, main: str, weights: dict[str, float]) -> None:
    client.create_alias(
        FunctionName="app",
        Name="live",
        FunctionVersion=main,
        RoutingConfig={"AdditionalVersionWeights": weights},
    )
