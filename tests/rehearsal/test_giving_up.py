"""Giving up: what an instance tells AWS is what the deploy code understands."""

from dataclasses import dataclass

import pytest

from deploy.releases.fleet import look
from deploy.releases.trouble import trouble_of
from tests.deploy.worlds import running
from tests.rehearsal.configuration import GROUP, LOGS
from tests.rehearsal.giving_up import give_up
from tests.twin.plugin import twin
from tests.twin.twin import Twin

__all__ = ["twin"]


@dataclass
class Ended:
    """A machine whose service has ended with a code, if it ever began."""

    exit_code: int | None

    def log(self, lines: int) -> str:
        return f"the last {lines} lines\n\nof it"


@pytest.mark.parametrize("code", [3, None])
def test_what_is_told_is_understood(twin: Twin, code: int | None) -> None:
    """Why, with what code, and the last lines; and the instance is not to be kept."""
    world = running(twin)
    member = look(world.aws, GROUP).members[0]
    give_up(twin, member.instance, "image", Ended(code), "it was so")
    found = trouble_of(world.aws, LOGS, member)
    assert (found.why, found.code) == ("it was so", code)
    assert found.lines == ("the last 50 lines", "of it")
    group = twin.place.autoscaling.autoscaling_groups[GROUP]
    health = {each.instance_id: each.health_status for each in group.instance_states}
    assert health[member.instance] == "Unhealthy"
