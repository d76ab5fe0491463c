"""The command line of the room: `python -m api` serves a bundle."""

import argparse
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from types import FrameType

from api import logs
from api.cpus import granted_cpus
from api.settings import PREFIX, Settings, SettingsError, read_settings
from api.supervisor import Supervisor
from api.worker import work

REFUSED = 2
"""The exit code for a setting or an option that is wrong."""

_log = logging.getLogger("api")


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until stopped. Exit codes: 0 stopped, 2 refused settings, 3 could not start."""
    options = vars(_parser().parse_args(argv))
    if options.pop("new_key"):
        return _print_key()
    try:
        settings = read_settings(os.environ, **options)
        listener = _listen(settings)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    logs.configure(settings.log_level, sys.stdout)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    _announce(settings, listener)
    workers = settings.workers or granted_cpus()
    if workers > 1:
        return Supervisor(work, settings, listener).run(workers)
    work(settings, listener, lambda: None)
    return 0


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Stop while the model is still loading: a container's first process has no default for it."""
    sys.exit(0)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. "
            f"Choose others with --host and --port, or {PREFIX}HOST and {PREFIX}PORT."
        ) from error


def _announce(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    _log.info("listening on http://%s:%s", shown, port)
    if not settings.key_hashes:
        _log.warning("open: no %sAPI_KEYS, so everybody may ask for prices", PREFIX)


def _print_key() -> int:
    from api.keys import new_key  # noqa: PLC0415 - brings FastAPI: the supervisor stays without it

    key, digest = new_key()
    print(f"key   {key}\nhash  {digest}\n\nGive the key to the caller and put the hash into")
    print(f"{PREFIX}API_KEYS (several are separated by commas). The key is not kept anywhere.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m api",
        description="Serve the prices of a model bundle over HTTP.",
        epilog="environment variables (options win):\n" + _settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", help="port to listen on; 0 takes a free one")
    parser.add_argument("--workers", help="processes; 0 is one per granted CPU")
    parser.add_argument("--bundle", help="directory of the bundle to serve")
    parser.add_argument("--new-key", action="store_true", help="print a new API key and its hash")
    return parser


def _settings_help() -> str:
    return "\n".join(
        f"  {PREFIX}{name.upper()} (default: {field.default})\n      {field.description}"
        for name, field in Settings.model_fields.items()
    )


if __name__ == "__main__":
    sys.exit(main())
