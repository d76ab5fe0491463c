"""What is taken for our own work where AWS says that something is there already."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy import walk
from deploy.errors import Refused
from deploy.names import MANAGED
from deploy.resource import Settings

WANTED = {"retention": 30, "tags": dict(MANAGED)}


class Thing:
    """A log group whose making fails with a code, and leaves what it says."""

    kind = "log group"
    name = "shop"

    def __init__(self, code: str, left: Settings | None) -> None:
        self._code = code
        self._left = left
        self.live: Settings | None = None

    def find(self) -> Settings | None:
        return self.live

    def settings(self) -> Settings:
        return WANTED

    def create(self) -> None:
        self.live = self._left
        told: Any = {"Error": {"Code": self._code, "Message": "no"}}
        raise ClientError(told, "CreateLogGroup")

    def update(self, changed: frozenset[str]) -> None:
        assert self.live is not None
        self.live = {**self.live, **{key: WANTED[key] for key in changed}}

    def delete(self) -> None:
        raise AssertionError


@pytest.mark.parametrize("code", ["EntityAlreadyExists", "ResourceConflictException"])
@pytest.mark.parametrize("left", [WANTED, {**WANTED, "retention": None}])
def test_what_went_unheard_is_gone_on_with(code: str, left: Settings) -> None:
    """It is ours: what it still lacks is given to it, and it counts as made."""
    thing = Thing(code, left)
    (change,) = walk.apply([thing])
    assert change.action == "create"
    assert thing.live == WANTED


def test_what_another_made_meanwhile_is_left_alone() -> None:
    """It has the name, and not our mark."""
    with pytest.raises(Refused, match="exists already, and without the tag"):
        walk.apply([Thing("ResourceAlreadyExistsException", {"retention": None, "tags": {}})])


@pytest.mark.parametrize(
    ("code", "left"), [("BucketAlreadyExists", None), ("AccessDenied", WANTED)]
)
def test_other_errors_are_raised(code: str, left: Settings | None) -> None:
    """What is there, and nowhere to be found; and what fails for another reason."""
    with pytest.raises(ClientError, match=code):
        walk.apply([Thing(code, left)])
