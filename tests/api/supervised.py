"""What the processes of a supervisor do in tests: importable by name, as they must be."""

import os
import signal
import socket
import sys
from typing import NoReturn

from api.settings import Settings
from api.supervisor import STARTUP_FAILED


def tell(_: Settings, listener: socket.socket) -> None:
    """Tell each caller the number of this process, until told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        with listener.accept()[0] as caller:
            caller.sendall(str(os.getpid()).encode())


def fail(_: Settings, _listener: socket.socket) -> NoReturn:
    """Never come to serve, and say so by the exit code."""
    sys.exit(STARTUP_FAILED)


def crash(_: Settings, _listener: socket.socket) -> NoReturn:
    """Die at once, each time, without a word of why."""
    os._exit(1)


def fail_beside_others(settings: Settings, listener: socket.socket) -> None:
    """The first to come fails, the others serve."""
    try:
        settings.bundle.mkdir()
    except FileExistsError:
        tell(settings, listener)
    else:
        fail(settings, listener)
