"""A program that lives in the rehearsal's time, and finds its balancer."""

import socket
import subprocess
import sys
import time
from contextlib import closing

from tests.rehearsal.deployer import THERE


def told(program: str, **environment: str) -> list[float]:
    """The numbers that a Python program prints there."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(THERE), **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(word) for word in done.stdout.split()]


def test_time_runs_as_fast_as_there() -> None:
    """A hundred times as fast here, from the moment that was told; a sleep is as much shorter."""
    began = time.monotonic()
    program = "import time; print(time.time()); time.sleep(100); print(time.time())"
    first, then = told(program, REHEARSAL_TIME=f"5000,{began},100")
    passed = 100 * (time.monotonic() - began)
    assert first > 5000
    assert first + 100 <= then < 5000 + passed


def test_names_lead_to_the_loopback_address() -> None:
    """Those that end in that way; other names and addresses are what they are."""
    program = (
        "import socket\n"
        "for name in ('shop-1.us-east-1.elb.amazonaws.com', '127.0.0.1'):\n"
        "    with socket.create_connection((name, PORT)) as connection:\n"
        "        print(connection.getpeername()[1])\n"
    )
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        source = program.replace("(name, PORT)", f"(name, 80 if name[0] == 's' else {port})")
        assert told(source, REHEARSAL_NAMES=f".on.aws=1,.amazonaws.com={port}") == [port, port]


def test_elsewhere_time_is_time() -> None:
    """Without a word of a rehearsal."""
    assert abs(told("import time; print(time.time())")[0] - time.time()) < 60
