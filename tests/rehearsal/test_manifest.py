"""A manifest as engines push it: of an image, or of an index of images."""

from __future__ import annotations

import json

from tests.rehearsal.registry import MANIFESTS, Manifest

DIGEST = f"sha256:{'c' * 64}"


def manifest(content: object) -> Manifest:
    """One with this content."""
    return Manifest("sha256:1", MANIFESTS[0], json.dumps(content).encode())


def test_an_image_has_a_configuration() -> None:
    """By which its architecture is found."""
    assert manifest({"config": {"digest": DIGEST}, "layers": []}).configuration == DIGEST


def test_an_index_has_none() -> None:
    """It names the architecture of each image itself."""
    platform = {"architecture": "amd64", "os": "linux"}
    index = {"manifests": [{"digest": DIGEST, "platform": platform}]}
    assert manifest(index).configuration is None
