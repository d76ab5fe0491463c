"""The gateway of a function: invocations and its URL lead to the version that has the traffic."""

from __future__ import annotations

import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import accumulate
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.core.responses import ActionResult

from deploy.resources.alias import LIVE
from tests.deploy.internet import certificate
from tests.handler.events import function_url
from tests.rehearsal.emulator import Emulator, Task
from tests.twin.environment import REGION
from tests.twin.gate import Request, Rule
from tests.twin.twin import Twin

NAMES = f"*.lambda-url.{REGION}.on.aws"

Start = Callable[[Task], Emulator]

GOLDEN = (5**0.5 - 1) / 2
"""Its multiples, without what stands before the point, lie evenly however few they are."""


class Gateway:
    """Starts a version when it is first asked."""

    def __init__(self, twin: Twin, start: Start, directory: Path, function: str) -> None:
        self.asked: Counter[str] = Counter()
        """The requests to the URL, by image."""
        self.shared: Counter[str] = Counter()
        """Those of them that came while two versions had a part each."""
        self.port = 0
        """Where the URL is served, once it is."""
        self.certificate = certificate(directory, NAMES)
        self._twin = twin
        self._start = start
        self._function = function
        self._turn = 0.0
        self._emulators: dict[str, Emulator] = {}
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        twin.gate.add([Rule("lambda", "Invoke", self._invoked)])

    def start(self) -> None:
        """Serve the URL over TLS on the loopback address."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.answer))
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.port = self._server.server_port

    def close(self) -> None:
        """Serve it no more, and end all versions."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        for emulator in self._emulators.values():
            emulator.close()

    def forsaken(self) -> list[Emulator]:
        """Those of a function that is no more; they are to be closed.

        Who asks never waits for one that starts: it may take a while, and AWS would stand still.
        """
        there = self._twin.place.functions.list_functions()
        if any(each.function_name == self._function for each in there):
            return []
        with self._lock:
            left, self._emulators = list(self._emulators.values()), {}
            return left

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """What the version answers to an event whose turn it is by the weights of the alias."""
        with self._twin.clock.lock:
            backend = self._twin.place.functions
            alias = backend.get_alias(LIVE, self._function)
            routing: Any = alias.routing_config or {}
            weights = dict(routing.get("AdditionalVersionWeights") or {})
            chosen = self._chosen(weights) or alias.function_version
            version = backend.get_function(self._function, chosen)
            self._count(_task(version).image, shared=bool(weights))
        answer: dict[str, Any] = json.loads(self._ask(version, json.dumps(event).encode()))
        return answer

    def _chosen(self, weights: Mapping[str, float]) -> str | None:
        """The version whose turn it is by its weight, None if it is that of the rest.

        Lambda draws lots; here a small part has its turn soon, too.
        """
        self._turn = (self._turn + GOLDEN) % 1
        bounds = zip(weights, accumulate(weights.values()), strict=True)
        return next((version for version, bound in bounds if self._turn < bound), None)

    def _count(self, image: str, *, shared: bool) -> None:
        self.asked[image] += 1
        if shared:
            self.shared[image] += 1

    def _invoked(self, request: Request) -> ActionResult:
        name, qualifier = request.params["FunctionName"], request.params.get("Qualifier")
        version = request.place.functions.get_function(name, qualifier)
        payload = request.params["Payload"]
        given = self._ask(version, payload if isinstance(payload, bytes) else payload.encode())
        return ActionResult({"StatusCode": 200, "Payload": given})

    def _ask(self, version: LambdaFunction, event: bytes) -> bytes:
        with self._lock:
            key = str(version.version)
            if key not in self._emulators:
                self._emulators[key] = self._start(_task(version))
            emulator = self._emulators[key]
        return emulator.invoke(event)


def _task(version: LambdaFunction) -> Task:
    image = version.image_config
    return Task(
        version.code["ImageUri"].partition("@")[2],
        (*image.entry_point, *image.cmd),
        dict(version.environment_vars),
        int(version.memory_size),
    )


def _handler(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    """A handler that makes an event of each request, and an answer of what comes back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, body: str | None) -> None:
            given = answer(function_url(self.command, self.path, body, dict(self.headers)))
            text = str(given.get("body", given)).encode()
            self.send_response(int(given.get("statusCode", 502)))
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
            """Say nothing."""

    return Handler
