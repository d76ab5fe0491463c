from api.drain import Drain


def state(drain: Drain) -> tuple[bool, bool]:
    return (drain.begun, drain.over)


def test_drain_is_over_after_its_period() -> None:
    """It begins when told, is over when the period has gone by, and a second start is none."""
    now = [100.0]
    drain = Drain(15, clock=lambda: now[0])
    assert state(drain) == (False, False)
    drain.begin()
    assert state(drain) == (True, False)
    now[0] = 114.9
    drain.begin()
    assert state(drain) == (True, False)
    now[0] = 115.0
    assert state(drain) == (True, True)


def test_no_period() -> None:
    """With a period of 0 it is over at once, but not before it begins."""
    drain = Drain(0, clock=lambda: 7.0)
    assert state(drain) == (False, False)
    drain.begin()
    assert state(drain) == (True, True)
