"""The history: what it has found good, and which release was before."""

from typing import Any

import msgspec
import pytest

from deploy.releases.choice import earlier
from deploy.releases.history import (
    DESTROY,
    DESTROYED,
    ROLLBACK,
    SUCCEEDED,
    History,
    Record,
)
from deploy.releases.unfinished import Running
from tests.deploy.scenes import scene
from tests.twin.twin import Twin


@pytest.fixture
def history(twin: Twin) -> History:
    return scene(twin).history()


def told(history: History, *records: dict[str, Any]) -> None:
    """Records of so many releases, a minute after each other."""
    for number, members in enumerate(records):
        common = {"verb": "release", "outcome": SUCCEEDED, "who": "ann", "started": 60.0 * number}
        history.write(msgspec.convert(common | members, Record))


def test_what_was_destroyed_is_not_good(history: History) -> None:
    """The same image in the same number of what was made anew was never tried."""
    told(history, {"digest": "one", "version": "2"})
    assert history.is_good("one", "2")
    told(
        history,
        {"digest": "one", "version": "2"},
        {"digest": "", "verb": DESTROY, "outcome": DESTROYED},
    )
    assert not history.is_good("one", "2")


def test_settings_that_were_undone_do_not_undo_the_image(history: History) -> None:
    """A rollback from an image to itself leaves neither of its releases behind."""
    told(
        history,
        {"digest": "one", "version": "2"},
        {"digest": "two", "version": "3"},
        {"digest": "two", "version": "3", "verb": ROLLBACK, "before": "two"},
        {"digest": "three", "version": "5", "before": "two"},
    )
    assert earlier(history, "", Running("three", "5")).digest == "two"
