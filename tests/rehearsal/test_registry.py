"""The registry takes and gives images as ECR does, by the deploy code's own commands."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from benchmarks.processes import free_port
from deploy.engine import Engine, Run, run_program
from deploy.errors import Failed
from tests.rehearsal.machines import Address
from tests.rehearsal.programs import OWNER, Broken
from tests.rehearsal.registry import MANIFESTS, USER, Registry
from tests.rehearsal.runner import Runner, find_runner

PASSWORD = "123456789012-auth-token"
RUNNER = find_runner({})
ENGINES = ["podman", *(["buildah"] if shutil.which("buildah") else [])]
if isinstance(RUNNER, Runner) and not RUNNER.is_podman:
    ENGINES = ["docker"]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """An empty registry."""
    one = Registry(Address("127.0.0.1", free_port()), PASSWORD, tmp_path)
    one.start()
    try:
        yield one
    finally:
        one.stop()


@contextmanager
def within(environment: Mapping[str, str]) -> Iterator[Run]:
    """Where the deploy code's commands run, unmodified."""
    with patch.dict(os.environ, environment):
        yield run_program


@pytest.fixture
def image(tmp_path: Path) -> Iterator[str]:
    """A local image with one file in it."""
    (tmp_path / "file").write_text(str(tmp_path), encoding="utf-8")
    with tarfile.open(tmp_path / "image.tar", "w") as tar:
        tar.add(tmp_path / "file", "file")
    name = f"localhost/rehearsal-registry:{os.getpid()}"
    label = f"LABEL {OWNER}={os.getpid()}"
    argv = [ENGINES[0], "import", "--change", label, str(tmp_path / "image.tar"), name]
    run_program(argv, read=True)
    yield name
    run_program([ENGINES[0], "rmi", "--force", name], read=True)


def push(registry: Registry, image: str, name: str) -> str:
    """Log in, tag, push and log out as deploy does; the digest."""
    engine, target = Engine(name), f"{registry.name}/price:one"
    with within(registry.pushing()) as run:
        run(engine.login(registry.name, USER), stdin=PASSWORD)
        run(engine.tag(image, target))
        run(engine.push(target))
        run(engine.logout(registry.name))
    run_program([name, "rmi", target], read=True)
    return registry.manifest("price", "one").digest


@pytest.mark.parametrize("name", ENGINES)
def test_an_image_is_pushed_and_pulled_by_its_digest(
    registry: Registry, image: str, name: str
) -> None:
    """Pushed as deploy does it, pulled as an instance does."""
    digest = push(registry, image, name)
    pulled = f"{registry.name}/price@{digest}"
    with within(registry.pulling()) as run:
        run([name, "pull", pulled], read=True)
    run_program([name, "rmi", pulled], read=True)


@pytest.mark.parametrize("name", ENGINES)
def test_who_has_not_logged_in_may_do_nothing(registry: Registry, image: str, name: str) -> None:
    """Neither with a wrong password nor without any."""
    engine, target = Engine(name), f"{registry.name}/price:one"
    with within(registry.pushing()) as run:
        with pytest.raises(Failed, match=f"{name} login"):
            run(engine.login(registry.name, USER), stdin="wrong")
        run(engine.tag(image, target))
        with pytest.raises(Failed, match=f"{name} push"):
            run(engine.push(target))
    run_program([name, "rmi", target], read=True)
    with pytest.raises(KeyError):
        registry.manifest("price", "one")


def test_a_registry_that_was_down_has_kept_its_images(registry: Registry, image: str) -> None:
    """Nobody answers meanwhile."""
    digest = push(registry, image, ENGINES[0])
    registry.stop()
    with pytest.raises(ConnectionRefusedError):
        registry.manifest("price", digest)
    registry.start()
    manifest = registry.manifest("price", digest)
    assert digest == f"sha256:{hashlib.sha256(manifest.content).hexdigest()}"
    assert manifest.media_type in MANIFESTS


def test_a_password_is_needed_whole(tmp_path: Path) -> None:
    """A longer one would be taken although its end was wrong."""
    with pytest.raises(ValueError, match="72 bytes"):
        Registry(Address("127.0.0.1", 1), "x" * 73, tmp_path)


def test_a_port_in_use_is_told(registry: Registry, tmp_path: Path) -> None:
    """With what the registry says of it."""
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(Broken, match="address already in use"):
        Registry(registry.address, PASSWORD, other).start()
