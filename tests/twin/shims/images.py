"""Images in ECR: the digest is the manifest's, and the time of the push is the clock's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.ecr.models import ECRBackend, Image

from tests.twin.clock import Clock
from tests.twin.gate import Refusal


@contextmanager
def mended(clock: Clock) -> Iterator[None]:
    put = ECRBackend.put_image

    def put_image(
        ecr: ECRBackend,
        repository: str,
        manifest: str,
        tag: str,
        media_type: str | None = None,
        digest: str | None = None,
    ) -> Image:
        truth = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
        if digest not in {None, truth}:
            raise Refusal(
                "ImageDigestDoesNotMatchException", f"The digest is {truth}, not {digest}"
            )
        image = put(ecr, repository, manifest, tag, media_type, truth)
        _stamp(image, clock)
        return image

    with patch.object(ECRBackend, "put_image", put_image):
        yield


def _stamp(image: Any, clock: Clock) -> None:
    image.image_pushed_at = int(clock.time())
