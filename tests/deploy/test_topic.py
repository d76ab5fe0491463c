"""The topic that tells people of alarms."""

import msgspec

from deploy.config import Alarms, Config
from tests.deploy.worlds import CONFIG, made
from tests.twin.twin import Twin


def _config(email: str) -> Config:
    return msgspec.structs.replace(CONFIG, alarms=Alarms(email=email))


def _addresses(twin: Twin) -> list[str]:
    with twin.aside():
        found = twin.client("sns").list_subscriptions()["Subscriptions"]
    return [each["Endpoint"] for each in found]


def test_another_address_takes_the_place_of_the_first(twin: Twin) -> None:
    """Who has left hears of nothing any more."""
    world = made(twin, config=_config("ann@example.org"))
    world.config = _config("bob@example.org")
    (change,) = world.apply()
    assert change.kind == "alarm topic"
    assert _addresses(twin) == ["bob@example.org"]
    assert world.plan() == []


def test_a_second_address_is_drift(twin: Twin) -> None:
    """Somebody has subscribed by hand: shown, and taken away."""
    world = made(twin, config=_config("ann@example.org"))
    with twin.aside():
        (topic,) = twin.client("sns").list_topics()["Topics"]
        twin.client("sns").subscribe(
            TopicArn=topic["TopicArn"], Protocol="email", Endpoint="eve@example.org"
        )
    (change,) = world.plan()
    assert change.differences[0].live == "ann@example.org, eve@example.org"
    world.apply()
    assert _addresses(twin) == ["ann@example.org"]


def test_without_an_address_nothing_is_left(twin: Twin) -> None:
    """Neither topic nor subscription, and the alarms tell nobody."""
    world = made(twin, config=_config("ann@example.org"))
    world.config = _config("")
    world.apply()
    assert _addresses(twin) == []
    assert world.plan() == []
