"""Which requests were left to the app."""

from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


def watched(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The requests that an app begins to answer from now on, of whichever connection."""
    cycles: list[object] = []
    begin = HttpToolsProtocol._start_asgi_task  # noqa: SLF001 - where the app's part begins

    def noting(self: HttpToolsProtocol, cycle: Any, app: Any) -> None:
        cycles.append(cycle)
        begin(self, cycle, app)

    monkeypatch.setattr(HttpToolsProtocol, "_start_asgi_task", noting)
    return cycles
