"""A manifest as engines push it: of an image, or of an index of images."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.rehearsal.machines import Address
from tests.rehearsal.programs import Broken
from tests.rehearsal.registry import MANIFESTS, Manifest, Registry

DIGEST = f"sha256:{'c' * 64}"
INDEX = {
    "manifests": [
        {"digest": "sha256:2"},
        {"digest": "sha256:3", "platform": {"architecture": "unknown", "os": "unknown"}},
        {"digest": DIGEST, "platform": {"architecture": "amd64", "os": "linux"}},
    ]
}


def manifest(content: object) -> Manifest:
    """One with this content."""
    return Manifest("sha256:1", MANIFESTS[0], json.dumps(content).encode())


def test_an_image_has_a_configuration() -> None:
    """By which its architecture is found."""
    assert manifest({"config": {"digest": DIGEST}, "layers": []}).configuration == DIGEST


def test_an_index_has_none() -> None:
    """It names the architecture of each image itself."""
    assert manifest(INDEX).configuration is None
    assert manifest(INDEX).packed is None


def test_what_there_is_to_pull_of_an_image() -> None:
    """Its layers, and nothing of what is around them."""
    layers = [{"size": 70}, {"size": 7}]
    assert manifest({"config": {"digest": DIGEST}, "layers": layers}).packed == 77


def test_an_index_names_the_image_of_an_architecture() -> None:
    """And where it has none, it says so."""
    assert manifest(INDEX).of("amd64") == DIGEST
    with pytest.raises(Broken, match="sha256:1 has no image for arm64"):
        manifest(INDEX).of("arm64")


def test_an_index_is_as_heavy_as_its_image(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As docker may push one."""
    there = {"sha256:1": manifest(INDEX), DIGEST: manifest({"layers": [{"size": 77}]})}
    monkeypatch.setattr(Registry, "manifest", lambda _, __, digest: there[digest])
    registry = Registry(Address("127.0.0.1", 1), "x", tmp_path)
    assert registry.packed("shop", "sha256:1", "amd64") == 77
