"""The pace: what deployment waits for is divided, what connections idle is not."""

from dataclasses import replace

import pytest

from tests.rehearsal.boots import quick_boot
from tests.rehearsal.haproxy import Checks, Settings
from tests.rehearsal.pace import paced, paced_settings


def test_a_boot_is_paced() -> None:
    """Its drain, its end and its pauses, and no other setting; a start may take as long."""
    settings = {
        "ESTIMATOR_DRAIN_SECONDS": "20",
        "ESTIMATOR_SHUTDOWN_SECONDS": "5",
        "ESTIMATOR_KEEP_ALIVE_SECONDS": "75",
    }
    boot = quick_boot("image", 27, **settings)
    quick = paced(boot, 10)
    assert quick.environment == {
        "ESTIMATOR_DRAIN_SECONDS": "2",
        "ESTIMATOR_SHUTDOWN_SECONDS": "1",
        "ESTIMATOR_KEEP_ALIVE_SECONDS": "75",
    }
    assert quick.options == replace(boot.options, stop_seconds=4)
    assert quick.patience.restart == pytest.approx(boot.patience.restart / 10)
    assert quick.patience.ready == boot.patience.ready


def test_what_is_not_set_stays_so() -> None:
    """The service has its own defaults."""
    assert paced(quick_boot("image"), 10).environment == {}


def test_checks_are_paced() -> None:
    """How often they come, and not how long each may take; nor when connections are closed."""
    settings = Settings(Checks("/readyz", 10, 5, 2, 2), idle=60)
    assert paced_settings(settings, 10) == Settings(Checks("/readyz", 1, 5, 2, 2), idle=60)
