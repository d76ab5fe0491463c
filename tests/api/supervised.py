"""What the processes of a supervisor do in tests: importable by name, as they must be."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

from api.settings import Settings
from api.supervisor import STARTUP_FAILED

Serving = Callable[[], None]


def tell(_: Settings, listener: socket.socket, serving: Serving) -> None:
    """Tell each caller the number of this process, until told to stop."""
    serving()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        with listener.accept()[0] as caller:
            caller.sendall(str(os.getpid()).encode())


def fail(_: Settings, _listener: socket.socket, _serving: Serving) -> NoReturn:
    """Never come to serve, and say so by the exit code."""
    sys.exit(STARTUP_FAILED)


def crash(_: Settings, _listener: socket.socket, _serving: Serving) -> NoReturn:
    """Die before it serves, each time, without a word of why."""
    os._exit(1)


def serve_and_crash(_: Settings, _listener: socket.socket, serving: Serving) -> NoReturn:
    """Come to serve, and die at once, each time."""
    serving()
    os._exit(1)


def fail_beside_others(settings: Settings, listener: socket.socket, serving: Serving) -> None:
    """The first to come fails, the others serve."""
    try:
        settings.bundle.mkdir()
    except FileExistsError:
        tell(settings, listener, serving)
    else:
        fail(settings, listener, serving)
