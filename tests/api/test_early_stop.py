"""Being told to stop before there is anything to drain."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_still_loads_stops_at_once(workers: int, bundle_directory: Path) -> None:
    """SIGTERM is obeyed from the first line on, and is no failure.

    As the first process of a container it has no default for it: it would be killed, but late.
    """
    command = [sys.executable, "-m", "api", "--port", "0", "--workers", str(workers)]
    command += ["--bundle", str(bundle_directory)]
    environ = os.environ | {"ESTIMATOR_DRAIN_SECONDS": "0"}
    with subprocess.Popen(
        command, cwd=_ROOT, env=environ, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            assert "listening" in server.stdout.readline()
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=20) == 0
        finally:
            server.kill()
