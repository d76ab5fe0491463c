"""What each serving process does, importable by name in a process that was just spawned."""

import gc
import socket
from collections.abc import Callable

from api.settings import Settings


def work(settings: Settings, listener: socket.socket, serving: Callable[[], None]) -> None:
    """Serve until told to stop; `serving` is called once requests are answered.

    Only here is the model's library loaded: after the spawn. Nothing of what is loaded is garbage,
    so that no collection looks for it; the server allows them again.
    """
    gc.disable()
    from api.server import serve  # noqa: PLC0415 - the supervisor's own process stays without it

    serve(settings, listener, serving)
