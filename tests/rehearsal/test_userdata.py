"""User data of the deploy code's own making, read back."""

from __future__ import annotations

import pytest

from deploy.userdata import READY_SECONDS, Machine, user_data
from tests.rehearsal.userdata import Boot, Options, Patience, Unreadable, read_boot

IMAGE = f"127.0.0.1:5000/price@sha256:{'a' * 64}"
MACHINE = Machine(
    image=IMAGE,
    region="eu-west-1",
    log_group="/price/production/server",
    memory_mb=900,
    stop_seconds=27,
    environment={"ESTIMATOR_DRAIN_SECONDS": "20", "ESTIMATOR_API_KEYS": "a=b $HOME 'c'"},
)
SCRIPT = user_data(MACHINE)


def test_it_reads_back_what_was_written() -> None:
    """All that a machine has to keep, and the settings as they are, whatever is in them."""
    assert read_boot(SCRIPT) == Boot(
        image=IMAGE,
        environment=MACHINE.environment,
        options=Options(
            port=80,
            container_port=80,
            read_only=True,
            tmpfs=("/tmp:rw,noexec,nosuid,size=64m",),  # noqa: S108 - of the container
            cap_drop=("ALL",),
            security=("no-new-privileges",),
            pids_limit=256,
            memory_mb=900,
            swap_mb=900,
            stop_seconds=27,
        ),
        patience=Patience(
            pulls=5, pull_pause=2, restart=2, restarts=3, ready=READY_SECONDS, poll=2
        ),
        ready_path="/readyz",
    )


def test_no_settings_are_no_environment() -> None:
    """An empty file of settings is one."""
    machine = Machine(IMAGE, "eu-west-1", "/log", 512, 27, {})
    assert read_boot(user_data(machine)).environment == {}


@pytest.mark.parametrize(
    ("written", "changed", "told"),
    [
        ("--read-only", "--read-only \\\n  --privileged", "unrecognized arguments: --privileged"),
        ("--memory 900m", "--memory 1g", "--memory"),
        ("--pids-limit 256 \\\n", "\\\n", "--pids-limit"),
        ("docker run", "docker compose up", "docker compose"),
        (f"  {IMAGE}\n", "  other\n", f"pulls {IMAGE} but runs other"),
        ("-ge 3", "-gt 3", "NRestarts"),
        ("docker pull --quiet", "podman pull", "pulls the image in another way"),
        ("Restart=always", "Restart=on-failure", "systemd restarts on-failure"),
        ("StartLimitIntervalSec=0\n", "", "StartLimitIntervalSec None"),
        ("stop -t 27", "stop -t 5", "docker run after 27"),
        ("TimeoutStopSec=37", "TimeoutStopSec=27", "docker run after 27"),
    ],
)
def test_what_is_new_is_named(written: str, changed: str, told: str) -> None:
    """A change of the user data is noticed, not passed over."""
    assert written in SCRIPT
    with pytest.raises(Unreadable) as raised:
        read_boot(SCRIPT.replace(written, changed))
    assert told in str(raised.value)


def test_time_may_be_scaled() -> None:
    """Waits are shorter, attempts as many."""
    patience = Patience(pulls=5, pull_pause=2, restart=2, restarts=3, ready=180, poll=2)
    assert patience.faster(10) == Patience(
        pulls=5, pull_pause=0.2, restart=0.2, restarts=3, ready=18, poll=0.2
    )
