"""Nothing of an earlier mock is left: moto's own reset makes some backends anew and keeps them.

An Auto Scaling backend that is reset asks for the backend of EC2, which has been thrown away just
before, and so gets a new one that nobody throws away.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.models import MockAWS

WITH_FILES = ("s3", "batch")  # backends that have something to give back


@contextmanager
def cleared() -> Iterator[None]:
    """Begin with no backend at all, and at the end throw away without filling anew.

    Raises RuntimeError within another mock of moto's, whose backends these are.
    """
    if MockAWS._nested_count:  # noqa: SLF001 - moto names no other way to ask
        raise RuntimeError("a twin, or moto itself, is at work already: one at a time")
    for backends in _loaded():
        backends.clear()
    reset = AccountSpecificBackend.reset

    def reset_files(backend: AccountSpecificBackend[Any]) -> None:
        if backend.service_name in WITH_FILES:
            reset(backend)

    with patch.object(AccountSpecificBackend, "reset", reset_files):
        yield


def _loaded() -> list[BackendDict[Any]]:
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("moto.") and name.endswith(".models")
    ]
    values = [one for module in modules for one in vars(module).values()]
    return [one for one in values if isinstance(one, BackendDict)]
