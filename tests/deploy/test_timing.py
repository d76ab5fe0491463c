"""The times that have to fit together."""

import pytest

from deploy.config import Config, Server
from deploy.timing import SHUTDOWN, Timing, timing_faults, timing_of


def _config(drain: int = 20, **settings: str) -> Config:
    server = Server(drain_seconds=drain)
    return Config(name="shop", region="eu-west-1", server=server, settings=settings)


@pytest.mark.parametrize("drain", [0, 1, 20, 22, 23, 60, 600])
def test_every_allowed_drain_fits(drain: int) -> None:
    """Drain < stop < deregistration, whatever the configuration allows."""
    timing = timing_of(_config(drain))
    assert timing.drain < timing.stop < timing.deregistration
    assert timing_faults(timing) == []


def test_the_usual_deregistration_is_short() -> None:
    """30 seconds instead of AWS's 300."""
    assert timing_of(_config()).deregistration == 30


def test_settings_win() -> None:
    """What the service is told is what is reckoned with."""
    timing = timing_of(_config(ESTIMATOR_DRAIN_SECONDS="40", ESTIMATOR_SHUTDOWN_SECONDS="10"))
    assert timing == Timing(40, 10, 52, 54, 60, 75)


@pytest.mark.parametrize(("seconds", "wrong"), [("59", True), ("60", True), ("61", False)])
def test_connections_are_kept_longer_than_the_balancer_keeps_them(
    seconds: str, *, wrong: bool
) -> None:
    """If the service closed first, requests would be lost in between."""
    faults = timing_faults(timing_of(_config(ESTIMATOR_KEEP_ALIVE_SECONDS=seconds)))
    assert [each for each in faults if "idle timeout of 60 s" in each] == faults
    assert bool(faults) is wrong


def test_a_balancer_can_wait_for_the_longest_times() -> None:
    """An hour is the longest deregistration."""
    timing = timing_of(_config(600, **{SHUTDOWN: "600"}))
    assert timing.deregistration <= 3600
