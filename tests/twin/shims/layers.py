"""Layers of images: what a push has put is lent by a link, which moto does not give."""

from __future__ import annotations

import base64

from moto.core.responses import ActionResult

from tests.twin.gate import Refusal, Request, Rule


class Layers:
    """What lies in the registry, by its digest. The link holds it: `data:` needs no network."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}

    def put(self, digest: str, body: bytes) -> None:
        self._bodies[digest] = body

    def rules(self) -> list[Rule]:
        return [Rule("ecr", "GetDownloadUrlForLayer", self._link)]

    def _link(self, request: Request) -> ActionResult:
        digest = str(request.params["layerDigest"])
        body = self._bodies.get(digest)
        if body is None:
            raise Refusal("LayersNotFoundException", f"The layer {digest} does not exist.")
        link = f"data:application/json;base64,{base64.b64encode(body).decode()}"
        return ActionResult({"downloadUrl": link, "layerDigest": digest})
